/** Markdown written for a code host, made fit for the site: where its links lead, and what Vue must not see. */

/** Code, fenced or inline, which nothing here touches. */
const CODE =
  /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1[^\n]*$|(`+)(?!`)(?:(?!\n\n)[\s\S])*?[^`]\2(?!`)/gm;

/** `](target)` and `](target "title")`. */
const TARGET = /\]\(([^()\s]+)((?:\s+"[^"]*")?)\)/g;

/** HTML that documents use on purpose. Anything else in angle brackets is a placeholder such as <run>. */
const TAG = /<(?!\/?(?:sub|sup|br|img|details|summary|kbd)\b|https?:|!--)/g;

/** Applies a function to everything that is not code. */
function outsideCode(markdown: string, change: (text: string) => string): string {
  let result = "";
  let end = 0;
  for (const match of markdown.matchAll(CODE)) {
    result += change(markdown.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return result + change(markdown.slice(end));
}

/** Whether a link leads out of the repository or stays on its page. */
const staysAsItIs = (target: string) => /^[a-z][a-z0-9+.-]*:|^#|^\/\//i.test(target);

/** Every relative target of a document's links and pictures, without `#…`. */
export function relativeTargets(markdown: string): string[] {
  const targets: string[] = [];
  outsideCode(markdown, (text) => {
    for (const [, target] of text.matchAll(TARGET))
      if (!staysAsItIs(target!)) targets.push(target!.replace(/#.*$/, ""));
    return text;
  });
  return targets;
}

/**
 * A document as a page of the site.
 * @param resolve gives a relative target's address on the site
 */
export function asPage(markdown: string, resolve: (target: string) => string): string {
  return outsideCode(markdown, (text) =>
    text
      .replace(TARGET, (whole, target: string, title: string) => {
        if (staysAsItIs(target)) return whole;
        const [path, hash] = target.split("#", 2) as [string, string?];
        return `](${resolve(path)}${hash === undefined ? "" : `#${hash}`}${title})`;
      })
      .replaceAll("{{", "&#123;&#123;")
      .replace(TAG, "&lt;"),
  );
}
