// What our own Authentication-Results field says (RFC 8601 section 2.2), for drawing the path of a message that is not kept.
export interface Result {
  result: string;
  domain: string;
  selector?: string;
}
export interface Results {
  spf: Result | null;
  dkim: Result[];
  dmarc: Result | null;
}

export function read_results(value: string): Results {
  const results: Results = { spf: null, dkim: [], dmarc: null };
  // Comments may hold anything, semicolons too.
  const plain = value.replace(/\((?:[^()\\]|\\.)*\)/g, ' ');
  for (const part of plain.split(';').slice(1)) {
    const [, method, result] = /^\s*([a-z-]+)\s*=\s*([a-z]+)/i.exec(part) ?? [];
    if (!method || !result) continue;
    const property = (name: string) => new RegExp(`\\b${name.replace('.', '\\.')}\\s*=\\s*"?([^\\s";]+)`, 'i').exec(part)?.[1] ?? '';
    const domain_of = (address: string) => address.slice(address.lastIndexOf('@') + 1);
    switch (method.toLowerCase()) {
      case 'spf':
        results.spf = { result, domain: domain_of(property('smtp.mailfrom') || property('smtp.helo')) };
        break;
      case 'dkim':
        if (property('header.d')) results.dkim.push({ result, domain: property('header.d'), selector: property('header.s') });
        break;
      case 'dmarc':
        results.dmarc = { result, domain: property('header.from') };
        break;
    }
  }
  return results;
}
