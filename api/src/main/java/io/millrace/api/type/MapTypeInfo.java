package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** A map. */
public final class MapTypeInfo<K, V> extends TypeInformation<Map<K, V>> {
    private static final long serialVersionUID = 1L;

    private final Class<?> mapClass;
    private final TypeInformation<K> keyInfo;
    private final TypeInformation<V> valueInfo;

    public MapTypeInfo(TypeInformation<K> keyInfo, TypeInformation<V> valueInfo) {
        this(Map.class, keyInfo, valueInfo);
    }

    MapTypeInfo(Class<?> mapClass, TypeInformation<K> keyInfo, TypeInformation<V> valueInfo) {
        this.mapClass = mapClass;
        this.keyInfo = requireNonNull(keyInfo, "keyInfo");
        this.valueInfo = requireNonNull(valueInfo, "valueInfo");
    }

    public TypeInformation<K> getKeyTypeInfo() {
        return keyInfo;
    }

    public TypeInformation<V> getValueTypeInfo() {
        return valueInfo;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Class<Map<K, V>> getTypeClass() {
        return (Class<Map<K, V>>) mapClass;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }

    @Override
    public String keyRefusal() {
        String refusal = keyInfo.keyRefusal();
        return refusal == null ? valueInfo.keyRefusal() : refusal;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MapTypeInfo<?, ?> that
                && mapClass == that.mapClass
                && keyInfo.equals(that.keyInfo)
                && valueInfo.equals(that.valueInfo);
    }

    @Override
    public int hashCode() {
        return 31 * keyInfo.hashCode() + valueInfo.hashCode();
    }

    @Override
    public String toString() {
        return mapClass.getSimpleName() + "<" + keyInfo + ", " + valueInfo + ">";
    }
}
