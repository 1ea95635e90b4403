// Sentences the scripts say, in the reader's language. They come with the page: data attributes of #words, "#" where a number goes.
import { digits } from "./digits.js";

const sentences = document.getElementById("words").dataset;
const forms = new Intl.PluralRules(document.documentElement.lang);

/** The sentence `name`, with `n` in the place of its number. */
export function say(name, n = "") {
  return (sentences[name] ?? "").replace("#", digits(n));
}

/** The form of `name` that goes with the number `n`: zero, one, two, few, many or other. */
export function count(name, n) {
  const form = forms.select(n);
  return say(`${name}${form[0].toUpperCase()}${form.slice(1)}`, n);
}
