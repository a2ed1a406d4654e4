/** IAM policy documents (AWS: IAM JSON policy elements reference). */

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function policyText(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The statements of a document as AWS returns it: plain or URL-encoded JSON. Nothing for what is none. */
export function parsePolicy(text: string | undefined): readonly PolicyStatement[] {
  if (!text) return [];
  const json = text.trimStart().startsWith('{') ? text : decodeURIComponent(text);
  const { Statement } = JSON.parse(json) as { Statement?: PolicyStatement | PolicyStatement[] };
  return Statement === undefined ? [] : [Statement].flat().map(plain);
}

/** Some services write "everyone" in the longer of its two forms. */
function plain(statement: PolicyStatement): PolicyStatement {
  const { Principal } = statement;
  return typeof Principal === 'object' && Principal.AWS === '*'
    ? { ...statement, Principal: '*' }
    : statement;
}
