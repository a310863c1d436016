const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** The name of a codebook of a factor that has several: `level1` of `visual` is `visualLevel1`. */
export const codebookName = (factor: string, code: string): string =>
  `${factor}${capitalised(code)}`;

/**
 * The factor that a codebook is of: `visual` has `visual`, or `visualLevel1` and more where its quantizer is
 * composed. Of several that fit, the one of the longest name; undefined where none does.
 */
export function factorOf(codebook: string, factors: readonly string[]): string | undefined {
  return factors
    .filter((factor) => codebook === codebookName(factor, codebook.slice(factor.length)))
    .sort((a, b) => b.length - a.length)[0];
}
