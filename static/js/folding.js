// Names made comparable as contacts/folding.py does: Müller, Mueller and Muller meet.

const LETTERS = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i" };

export function collapse(text) {
  const composed = text.normalize("NFC").toLowerCase().replace(/['’‘`´ʼ]/g, "").replace(/[äöüßæœøđðþłħı]/g, (letter) => LETTERS[letter]);
  const plain = composed.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\0/g, " ");
  return plain.trim().replace(/\s+/g, " ").replace(/(?<![aeoq])([aou])e/g, "$1");
}

// Each word begins a word of the name, in any order: "mü an" finds Anna Müller.
export function meets(name, words) {
  return words.split(" ").every((word) => ` ${name}`.includes(` ${word}`) || (word.length > 2 && name.includes(word)));
}
