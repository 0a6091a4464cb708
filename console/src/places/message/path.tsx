// The authentication path as a drawing: who connected, who is behind the envelope and who signed, who the From claims, and which of
// them belong together. On a narrow screen it runs downwards.
import type { Rendering } from '../../api/types';
import { Name } from '../../parts/name';
import { State, Unknown, type Kind } from '../../parts/state';
import { read_results } from './results';
import { t } from './texts';

export type Path = NonNullable<Rendering['path']>;

const result_kind = (result: string): Kind =>
  result === 'pass'
    ? 'good'
    : result === 'fail' || result === 'permerror'
      ? 'bad'
      : result === 'temperror'
        ? 'unknown'
        : result === 'none'
          ? 'plain'
          : 'warn';

// Of a message of which only the event is left.
export function path_of_event(event: { client: string; mail_from: string; author: string; results: string }): Path {
  const results = read_results(event.results);
  const dmarc = results.dmarc?.result ?? 'none';
  const same = (domain: string) => {
    if (dmarc === 'pass' && domain.toLowerCase() === event.author.toLowerCase()) return true;
    // Alignment by organizational domain is the server's to say; here only what is certain.
    return dmarc === 'pass' ? null : false;
  };
  return {
    client: { address: event.client, name: '', confirmed: null },
    envelope: {
      domain: results.spf?.domain || event.mail_from.slice(event.mail_from.lastIndexOf('@') + 1),
      result: (results.spf?.result ?? 'none') as Path['envelope'] extends { result: infer R } | null ? R : never,
      aligned: results.spf?.result === 'pass' ? same(results.spf.domain) : false,
      why: '',
    },
    signatures: results.dkim.map((each) => ({
      domain: each.domain,
      selector: each.selector ?? '',
      result: each.result as 'pass',
      aligned: each.result === 'pass' ? same(each.domain) : false,
      why: '',
    })),
    author: { domain: event.author, result: dmarc as 'pass', policy: 'unknown', why: '' },
  } as Path;
}

function Edge({ aligned }: { aligned: boolean | null | undefined }) {
  const kind = aligned === undefined ? 'plain' : aligned === null ? 'unknown' : aligned ? 'good' : 'bad';
  return (
    <div className={`edge state-${kind}`}>
      <svg className="edge-line" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
        {aligned === false ? (
          <path
            d="M0 10H40M60 10H100M42 3 58 17M58 3 42 17"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
          />
        ) : (
          <path
            d="M0 10H98"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeDasharray={aligned === null ? '4 4' : undefined}
            vectorEffect="non-scaling-stroke"
          />
        )}
        {aligned !== false && (
          <path d="M92 4 100 10 92 16" fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
        )}
      </svg>
      {aligned !== undefined && (
        <span className="small">{aligned === null ? t.alignment_unknown : aligned ? t.aligned : t.not_aligned}</span>
      )}
    </div>
  );
}

export function PathDrawing({ path }: { path: Rendering['path'] }) {
  if (!path) return <Unknown block why={t.path_unknown} />;
  const { client, envelope, signatures, author } = path;
  const rows = 1 + Math.max(1, signatures.length);
  const span = { gridRow: `1 / span ${rows}` };
  return (
    <div className="path">
      <div className="node node-client" style={span}>
        <span className="node-role">{t.connected}</span>
        {client ? (
          <>
            <strong>
              <Name>{client.address}</Name>
            </strong>
            {client.name && <Name>{client.name}</Name>}
            {client.confirmed !== null && client.confirmed !== undefined && (
              <span className="small soft">{client.confirmed ? t.name_confirmed : t.name_unconfirmed}</span>
            )}
          </>
        ) : (
          <Unknown why={t.alignment_unknown} />
        )}
      </div>
      <div className="edge-cell edge-first" style={span}>
        <Edge aligned={undefined} />
      </div>
      <div className="node node-envelope">
        <span className="node-role">{t.envelope}</span>
        {envelope ? (
          <>
            <strong>
              <Name>{envelope.domain || '<>'}</Name>
            </strong>
            <State kind={result_kind(envelope.result)}>
              <bdi dir="ltr">{envelope.result}</bdi>
            </State>
            {envelope.why && (
              <span className="small soft" dir="auto">
                {envelope.why}
              </span>
            )}
          </>
        ) : (
          <Unknown why={t.alignment_unknown} />
        )}
      </div>
      <div className="edge-cell edge-second">
        <Edge aligned={envelope?.aligned ?? null} />
      </div>
      {signatures.length === 0 && (
        <>
          <div className="node node-signature node-empty">
            <span className="node-role">{t.signed}</span>
            <span className="soft">{t.unsigned}</span>
          </div>
          <div className="edge-cell edge-second">
            <Edge aligned={false} />
          </div>
        </>
      )}
      {signatures.map((signature, i) => (
        <div key={i} className="path-pair">
          <div className="node node-signature">
            <span className="node-role">{t.signed}</span>
            <strong>
              <Name>{signature.domain}</Name>
            </strong>
            <State kind={result_kind(signature.result)}>
              <bdi dir="ltr">
                {signature.result} {signature.selector && `(${signature.selector})`}
              </bdi>
            </State>
            {signature.why && (
              <span className="small soft" dir="auto">
                {signature.why}
              </span>
            )}
          </div>
          <div className="edge-cell edge-second">
            <Edge aligned={signature.aligned} />
          </div>
        </div>
      ))}
      <div className="node node-author" style={span}>
        <span className="node-role">{t.claims}</span>
        {author ? (
          <>
            <strong>
              <Name>{author.domain}</Name>
            </strong>
            <State kind={result_kind(author.result)}>
              <bdi dir="ltr">DMARC {author.result}</bdi>
            </State>
            {author.policy !== 'unknown' && (
              <span className="small soft">
                {t.policy} <bdi dir="ltr">p={author.policy}</bdi>
              </span>
            )}
            {author.why && (
              <span className="small soft" dir="auto">
                {author.why}
              </span>
            )}
          </>
        ) : (
          <Unknown why={t.alignment_unknown} />
        )}
      </div>
    </div>
  );
}
