package io.millrace.api.type;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads from a serializable lambda what the compiler left of its types: all of it for a method
 * reference, the erased result for a lambda with a body.
 */
final class LambdaTypes {
    private LambdaTypes() {}

    /** What the lambda would be serialized as, or null if the object is no lambda. */
    static SerializedLambda lambdaOf(Object function) {
        Class<?> type = function.getClass();
        if (!type.isSynthetic() && !type.isHidden()) {
            return null;
        }
        try {
            Method writeReplace = type.getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return writeReplace.invoke(function) instanceof SerializedLambda lambda ? lambda : null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null; // a synthetic class of another kind, or in a closed module
        }
    }

    static String describe(SerializedLambda lambda) {
        String method = lambda.getImplMethodName();
        String in = lambda.getCapturingClass().replace('/', '.');
        return method.startsWith("lambda$")
                ? "the lambda in " + in + "." + method.split("\\$", -1)[1]
                : "the method reference " + method + " in " + in;
    }

    static TypeInformation<?> outputOf(
            SerializedLambda lambda,
            ClassLoader loader,
            Class<?> baseType,
            int typeParameter,
            TypeInformation<?> inputType,
            String cure) {
        TypeVariable<?> output = baseType.getTypeParameters()[typeParameter];
        Method called = methodOf(baseType, lambda.getFunctionalInterfaceMethodName());
        if (called == null) {
            return new TypeResolver(new HashMap<>(), cure).resolve(output);
        }
        Executable implementation = implementationOf(lambda, loader);
        Map<TypeVariable<?>, TypeInformation<?>> bindings = new HashMap<>();
        TypeResolver resolver = new TypeResolver(bindings, cure);
        boolean inputComesFirst =
                called.getGenericParameterTypes()[0].equals(baseType.getTypeParameters()[0]);
        boolean receiverIsInput =
                bindInput(lambda, implementation, inputComesFirst ? inputType : null, bindings);
        if (called.getGenericReturnType().equals(output)) {
            return returned(lambda, loader, implementation, resolver);
        }
        if (implementation != null) {
            // The output leaves through a parameter such as Collector<O>.
            Type[] declared = called.getGenericParameterTypes();
            Type[] own = implementation.getGenericParameterTypes();
            int offset = implementation.isSynthetic() ? lambda.getCapturedArgCount() : 0;
            for (int i = 0; i < declared.length; i++) {
                int at = i + offset - (receiverIsInput ? 1 : 0);
                if (declared[i] instanceof ParameterizedType collector
                        && collector.getActualTypeArguments().length == 1
                        && collector.getActualTypeArguments()[0].equals(output)
                        && at >= 0
                        && at < own.length
                        && own[at] instanceof ParameterizedType given
                        && given.getRawType() == collector.getRawType()) {
                    return resolver.resolve(given.getActualTypeArguments()[0]);
                }
            }
        }
        return resolver.resolve(output);
    }

    private static TypeInformation<?> returned(
            SerializedLambda lambda,
            ClassLoader loader,
            Executable implementation,
            TypeResolver resolver) {
        Type erased;
        try {
            erased =
                    MethodType.fromMethodDescriptorString(
                                    lambda.getInstantiatedMethodType(), loader)
                            .returnType();
        } catch (TypeNotPresentException e) {
            erased = Object.class;
        }
        if (implementation == null || implementation.isSynthetic()) {
            return resolver.resolve(erased);
        }
        TypeInformation<?> precise =
                implementation instanceof Method method
                        ? resolver.resolve(method.getGenericReturnType())
                        : resolver.resolve(withOwnParameters(implementation.getDeclaringClass()));
        return precise instanceof UnknownTypeInfo && erased != Object.class
                ? resolver.resolve(erased)
                : precise;
    }

    /**
     * Binds the type variables of the implementing method to the input.
     *
     * @return whether the input is the receiver, as in {@code String::length}
     */
    private static boolean bindInput(
            SerializedLambda lambda,
            Executable implementation,
            TypeInformation<?> inputType,
            Map<TypeVariable<?>, TypeInformation<?>> bindings) {
        if (implementation == null || implementation.isSynthetic()) {
            return false;
        }
        boolean unbound =
                lambda.getCapturedArgCount() == 0
                        && (lambda.getImplMethodKind() == MethodHandleInfo.REF_invokeVirtual
                                || lambda.getImplMethodKind()
                                        == MethodHandleInfo.REF_invokeInterface);
        if (inputType != null) {
            if (unbound) {
                bindings.putAll(
                        TypeResolver.parametersOf(implementation.getDeclaringClass(), inputType));
            } else if (implementation.getParameterCount() > 0) {
                new TypeResolver(bindings, "")
                        .match(implementation.getGenericParameterTypes()[0], inputType);
            }
        }
        return unbound;
    }

    /** A generic class applied to its own parameters, so that bindings of these count. */
    private static Type withOwnParameters(Class<?> type) {
        if (type.getTypeParameters().length == 0) {
            return type;
        }
        return new ParameterizedType() {
            @Override
            public Type[] getActualTypeArguments() {
                return type.getTypeParameters();
            }

            @Override
            public Type getRawType() {
                return type;
            }

            @Override
            public Type getOwnerType() {
                return type.getDeclaringClass();
            }
        };
    }

    private static Method methodOf(Class<?> baseType, String name) {
        return Arrays.stream(baseType.getMethods())
                .filter(method -> method.getName().equals(name) && !method.isBridge())
                .findFirst()
                .orElse(null);
    }

    private static Executable implementationOf(SerializedLambda lambda, ClassLoader loader) {
        try {
            Class<?> owner = Class.forName(lambda.getImplClass().replace('/', '.'), false, loader);
            MethodType signature =
                    MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
            if (lambda.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial) {
                return owner.getDeclaredConstructor(signature.parameterArray());
            }
            return find(owner, lambda.getImplMethodName(), signature);
        } catch (ReflectiveOperationException | TypeNotPresentException | LinkageError e) {
            return null; // then the erased type is all there is
        }
    }

    private static Method find(Class<?> owner, String name, MethodType signature) {
        for (Class<?> c = owner; c != null; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && method.getReturnType() == signature.returnType()
                        && Arrays.equals(method.getParameterTypes(), signature.parameterArray())) {
                    return method;
                }
            }
        }
        for (Method method : owner.getMethods()) {
            if (method.getName().equals(name)
                    && Arrays.equals(method.getParameterTypes(), signature.parameterArray())) {
                return method;
            }
        }
        return null;
    }
}
