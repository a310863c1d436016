/** The Euclidean norm of values, or of their difference from others. */
export function euclidean(values: ArrayLike<number>, others?: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - (others ? others[i]! : 0)) ** 2;
  return Math.sqrt(squares);
}
