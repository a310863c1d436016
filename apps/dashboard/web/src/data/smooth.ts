/**
 * Exponential moving average with the start's bias taken out: of the first values it is their mean, not
 * a mixture with zero. Gaps stay gaps.
 * @param share of the past, from 0 (nothing changes) to below 1
 */
export function smooth(
  values: readonly (number | null)[],
  share: number,
): readonly (number | null)[] {
  if (share <= 0) return values;
  let [average, weight] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    average = share * average + (1 - share) * value;
    weight = share * weight + (1 - share);
    return average / weight;
  });
}
