/** What XML 1.0 cannot hold, not even as a reference: control characters, lone surrogates, two non-characters. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function clean(text: string): string {
  return text.replace(FORBIDDEN, '\uFFFD');
}

/** An attribute with a blank before it. */
export function attribute(name: string, value: string | number): string {
  return ` ${name}="${clean(String(value)).replace(/[&<>"\n\r\t]/g, (character) => ENTITIES[character] ?? character)}"`;
}

/** Text between tags. */
export function content(text: string): string {
  return clean(text).replace(/[&<>\r]/g, (character) => ENTITIES[character] ?? character);
}

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
