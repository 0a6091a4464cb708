export function Brand({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path fill="var(--accent)" d="M1 3h3v2h2V3h4v2h2V3h3v10H1z" />
    </svg>
  );
}
