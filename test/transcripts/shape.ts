/**
 * Shape of an answer without its values: the type of a leaf, `null` where the value says nothing about its type,
 * the common shape of a list's elements (none of an empty list), and the keys of an object. `any` where elements differ.
 */
export type Shape =
  'string' | 'number' | 'boolean' | 'null' | 'any' | readonly Shape[] | { readonly [key: string]: Shape };

/** The shape of a parsed JSON value; an answer without a body is `null`. */
export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(common)];
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? (typeof value as 'string' | 'number' | 'boolean')
    : 'any';
}

/** Differences of two shapes, one sentence each. Null agrees with everything, an empty list with every list. */
export function shapeDifferences(expected: Shape, actual: Shape, path = '$'): string[] {
  if ([expected, actual].some((shape) => shape === 'null' || shape === 'any')) return [];
  if (isList(expected) && isList(actual)) {
    const [before, after] = [expected[0], actual[0]];
    return before === undefined || after === undefined ? [] : shapeDifferences(before, after, `${path}[]`);
  }
  if (isMembers(expected) && isMembers(actual)) {
    return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((key) => {
      const [before, after] = [expected[key], actual[key]];
      if (before === undefined) return [`${path}.${key} is new`];
      if (after === undefined) return [`${path}.${key} is missing`];
      return shapeDifferences(before, after, `${path}.${key}`);
    });
  }
  const [before, after] = [kindOf(expected), kindOf(actual)];
  return before === after ? [] : [`${path} is ${after}, was ${before}`];
}

function common(a: Shape, b: Shape): Shape {
  if (a === 'null') return b;
  if (b === 'null') return a;
  if (isList(a) && isList(b)) {
    const [left, right] = [a[0], b[0]];
    return left === undefined ? b : right === undefined ? a : [common(left, right)];
  }
  if (isMembers(a) && isMembers(b)) {
    const shared = Object.entries(b).map(([key, shape]) => [key, a[key] === undefined ? shape : common(a[key], shape)]);
    return { ...a, ...(Object.fromEntries(shared) as Record<string, Shape>) };
  }
  return kindOf(a) === kindOf(b) ? a : 'any';
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape);
}

function isMembers(shape: Shape): shape is { readonly [key: string]: Shape } {
  return typeof shape === 'object' && !isList(shape);
}

function kindOf(shape: Shape): string {
  return isList(shape) ? 'a list' : typeof shape === 'string' ? shape : 'an object';
}
