const wrapper = (name: string, type: string) => `message ${name}Value { ${type} value = 1; }`;
const proto3 = (body: string) => `syntax = "proto3"; package google.protobuf; ${body}`;
const extensible = (name: string) => `message ${name} { extensions 1000 to max; }`;

const options = ['File', 'Message', 'Field', 'Oneof', 'ExtensionRange', 'Enum', 'EnumValue', 'Service', 'Method'];

/** The files that come with every compiler, by the names that they are imported by; of descriptors, what is extended. */
export const wellKnown: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any: proto3('message Any { string type_url = 1; bytes value = 2; }'),
    duration: proto3('message Duration { int64 seconds = 1; int32 nanos = 2; }'),
    empty: proto3('message Empty {}'),
    field_mask: proto3('message FieldMask { repeated string paths = 1; }'),
    source_context: proto3('message SourceContext { string file_name = 1; }'),
    struct: proto3(`
      message Struct { map<string, Value> fields = 1; }
      message Value {
        oneof kind {
          NullValue null_value = 1;
          double number_value = 2;
          string string_value = 3;
          bool bool_value = 4;
          Struct struct_value = 5;
          ListValue list_value = 6;
        }
      }
      enum NullValue { NULL_VALUE = 0; }
      message ListValue { repeated Value values = 1; }`),
    timestamp: proto3('message Timestamp { int64 seconds = 1; int32 nanos = 2; }'),
    wrappers: proto3(
      [
        ...[wrapper('Double', 'double'), wrapper('Float', 'float'), wrapper('Int64', 'int64')],
        ...[wrapper('UInt64', 'uint64'), wrapper('Int32', 'int32'), wrapper('UInt32', 'uint32')],
        ...[wrapper('Bool', 'bool'), wrapper('String', 'string'), wrapper('Bytes', 'bytes')],
      ].join('\n'),
    ),
    descriptor: `package google.protobuf; ${options.map((name) => extensible(`${name}Options`)).join('\n')}`,
  }).map(([name, text]) => [`google/protobuf/${name}.proto`, text] as const),
);
