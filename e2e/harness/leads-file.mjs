// Makes a file of leads whose right figures are known, because this file counts them while it
// writes: new people, the same people again, opted-out ones, and rows that cannot be used.

const FIRST = ["Ada", "Björn", "Chloé", "Dmitri", "Élodie", "Farid", "Grace", "Hana", "Ivo", "Jörg"];
const LAST = ["Nagy", "O'Brien", "Müller", "de la Cruz", "Sørensen", "Tanaka", "Urban", "Vega", "Weiß", "Zamora"];

/** @returns {{ text: string, rows: number, fresh: number, repeated: number, optedOut: number, invalid: number }} */
export function leadsFile(rows) {
  const lines = ["First Name,Last Name,Company,Email,Phone,Job Title,Unsubscribed,Notes"];
  const counts = { rows, fresh: 0, repeated: 0, optedOut: 0, invalid: 0 };
  for (let index = 1; index <= rows; index += 1) {
    const first = FIRST[index % FIRST.length];
    const last = LAST[Math.floor(index / 7) % LAST.length];
    const person = `person${index}@firm${index % 97}.example`;
    if (index % 100 === 0) {
      lines.push(`${first},${last},"Firm ${index % 97}, Inc",not an address,,Buyer,,`);
      counts.invalid += 1;
    } else if (index % 50 === 0 && (index - 1) % 41 !== 0) {
      // The same person as the row before, in other letters: known, and brings nothing new.
      lines.push(`${FIRST[(index - 1) % FIRST.length]},${LAST[Math.floor((index - 1) / 7) % LAST.length]},,PERSON${index - 1}@Firm${(index - 1) % 97}.example,,,,`);
      counts.repeated += 1;
    } else if (index % 41 === 0) {
      lines.push(`${first},${last},Firm ${index % 97},${person},,Buyer,yes,asked to be left alone`);
      counts.optedOut += 1;
    } else {
      lines.push(`${first},${last},"Firm ${index % 97}, ""the"" firm",${person},+49 30 ${String(100000 + index)},Buyer,,"two\nlines"`);
      counts.fresh += 1;
    }
  }
  return { text: `${lines.join("\r\n")}\r\n`, ...counts };
}
