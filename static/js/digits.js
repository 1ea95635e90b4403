// Numbers in the digits of the office: the page says which ones it is written in.
const ARABIC = "٠١٢٣٤٥٦٧٨٩";
const inArabic = document.documentElement.dataset.digits === "arab";

/** The text with its digits as the page writes them. */
export const digits = (text) => (inArabic ? String(text).replace(/[0-9]/g, (each) => ARABIC[each]) : String(text));

/** The whole number that stands in a text, whichever digits it is written in and whatever stands between them. */
export const value = (text) => Number(text.replace(/[٠-٩۰-۹]/g, (each) => each.charCodeAt(0) & 15).replace(/\D/g, ""));
