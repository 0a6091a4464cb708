import type { Cause } from '../../api/types';
import { Name, Words } from '../../parts/name';
import { Link } from '../../router/router';
import { t } from './texts';

// Pointing at a cause, or reaching it with the keyboard, marks its places in the message.
export function Causes(props: { causes: readonly Cause[]; hot?: string | null; on_hot?: (code: string | null) => void }) {
  const { causes, hot, on_hot } = props;
  if (causes.length === 0) return <p className="soft">{t.causes_none}</p>;
  return (
    <ul className="causes">
      {causes.map((cause) => (
        <li
          key={cause.code + cause.text}
          className={hot === cause.code ? 'cause cause-hot' : 'cause'}
          onPointerEnter={() => on_hot?.(cause.code)}
          onPointerLeave={() => on_hot?.(null)}
          onFocus={() => on_hot?.(cause.code)}
          onBlur={() => on_hot?.(null)}
        >
          <Words>{cause.text}</Words>
          <span className="small faint">
            {cause.section && <Name>{cause.section}</Name>} <Link to={`/mail?cause=${encodeURIComponent(cause.code)}`}>{t.same_cause}</Link>
          </span>
        </li>
      ))}
    </ul>
  );
}
