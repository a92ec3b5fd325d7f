package io.millrace.api.state;

import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.TypeInformation;
import java.util.Map;

/** Describes a {@link MapState} or a {@link BroadcastState}. */
public class MapStateDescriptor<UK, UV> extends StateDescriptor<MapState<UK, UV>, Map<UK, UV>> {
    private static final long serialVersionUID = 1L;

    private final TypeInformation<UK> keyType;
    private final TypeInformation<UV> valueType;

    public MapStateDescriptor(String name, Class<UK> keyType, Class<UV> valueType) {
        this(name, typeOf(keyType), typeOf(valueType));
    }

    public MapStateDescriptor(
            String name, TypeInformation<UK> keyType, TypeInformation<UV> valueType) {
        super(name, new MapTypeInfo<>(keyType, valueType), null);
        this.keyType = keyType;
        this.valueType = valueType;
    }

    public TypeInformation<UK> getKeyType() {
        return keyType;
    }

    public TypeInformation<UV> getValueType() {
        return valueType;
    }

    @Override
    public Type getType() {
        return Type.MAP;
    }
}
