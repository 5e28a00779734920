// The texts of the page's language: the English text is the key.

const language = document.documentElement.lang;
const catalogue = language === "en" ? {} : await (await fetch(`/texts/${language}.json`)).json();

/** Return a text in the page's language, with {name} filled in. */
export function _(message, values = {}) {
  const found = catalogue[message] ?? message;
  const text = Array.isArray(found) ? found[0] : found;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Return a number as the page's language writes it, with so many significant digits. */
export function number(value, digits = 3) {
  return new Intl.NumberFormat(language, { maximumSignificantDigits: digits }).format(value);
}
