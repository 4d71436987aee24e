/**
 * Value of an object's own property. For names that come from outside: `constructor` and its like are properties of
 * every object.
 */
export function ownValue<Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
