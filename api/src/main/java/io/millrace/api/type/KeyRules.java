package io.millrace.api.type;

/** Which classes have an equality by value. */
final class KeyRules {
    private KeyRules() {}

    /** Why values of the class cannot be keys, or null. */
    static String equalityRefusal(Class<?> type) {
        boolean equals = overrides(type, "equals", Object.class);
        boolean hashCode = overrides(type, "hashCode");
        if (equals && hashCode) {
            return null;
        }
        return type.getName()
                + " cannot be a key: it does not override "
                + (equals ? "hashCode" : hashCode ? "equals" : "equals and hashCode")
                + ", so equal keys would not be recognized. Override both, or make it a record.";
    }

    private static boolean overrides(Class<?> type, String method, Class<?>... parameters) {
        if (type.isInterface()) {
            return true; // decided at the value
        }
        try {
            return type.getMethod(method, parameters).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + " has no " + method, e);
        }
    }
}
