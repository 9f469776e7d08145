// The checker's sentences in the reader's language. They are asked for by their English, which is the answer where
// no other language was given: on the English site, and in the file people keep.

let language = "en";
let words = {};

/** From now on, answer in this language, with `words` by their English: texts, and counted words by their plurals. */
export function speak(given) {
  ({ language, words } = given);
}

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

/** A sentence in the reader's language, with what it has to name: say("Round %(round)s.", { round: 7 }). */
export const say = (english, values = {}) => filled(words[english] ?? english, values);

/** A number as the reader writes it. */
export const grouped = (number) => number.toLocaleString(`${language}-u-nu-latn`);

/** So many of something: counted(7, "%(count)s ticket", "%(count)s tickets"). */
export function counted(count, one, many) {
  const text = words[one] ? pluralOf(words[one], count) : count === 1 ? one : many;
  return filled(text, { count: grouped(count) });
}

// The server knows which text a number takes, the browser which numbers take the same; the most usual has no name.
function pluralOf(forms, count) {
  const rules = new Intl.PluralRules(language);
  const alike = Object.keys(forms).find((n) => n && rules.select(Number(n)) === rules.select(count));
  return forms[alike ?? ""];
}

/** A moment in UTC, to the second. */
export function moment(seconds) {
  const style = { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" };
  return `${new Date(seconds * 1000).toLocaleString(language === "en" ? "en-GB" : `${language}-u-nu-latn`, style)} UTC`;
}
