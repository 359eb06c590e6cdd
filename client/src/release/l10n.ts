/** What translates; `vscode.l10n` fits. */
export interface Translator {
  t(message: string, ...values: (string | number | boolean)[]): string;
}

/** Fills in `{0}`, `{1}` and leaves the language as it is. */
const ENGLISH: Translator = {
  t: (message, ...values) =>
    message.replace(/\{(\d+)\}/g, (whole, index: string) => {
      const value = values[Number(index)];
      return value === undefined ? whole : String(value);
    }),
};

let translator = ENGLISH;

/** Texts of the parts that know no editor, so that they can be tested without one. */
export const l10n: Translator = {
  t: (message, ...values) => translator.t(message, ...values),
};

/** Called once, when the editor is there. */
export function translateWith(other: Translator): void {
  translator = other;
}
