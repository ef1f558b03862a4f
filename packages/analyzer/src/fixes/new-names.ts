/** What is newly written into a file: names that it does not have yet, and its own line ends. */

/** A name with the first number, from 2 on, with which it is not taken. */
export function freeName(base: string, separator: string, isTaken: (name: string) => boolean): string {
  let name = base;
  for (let number = 2; isTaken(name); number++) name = `${base}${separator}${number}`;
  return name;
}

/** `ExchangeRates` of `exchange_rates`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^\p{ID_Continue}$]+|_/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

export function newLineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
