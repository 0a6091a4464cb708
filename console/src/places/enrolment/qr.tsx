// The API gives the QR code as an SVG file. The paths of its dark squares are taken out and drawn by us on white, so that no text of the
// server becomes markup.
const white = /^(#fff|#ffffff|white|none)$/i;

export function qr_of(svg: string): { size: string; path: string } | null {
  const box = /viewBox="([0-9. -]+)"/.exec(svg)?.[1];
  const paths: string[] = [];
  for (const [, members = ''] of svg.matchAll(/<path\b([^>]*)>/g)) {
    const fill = /\bfill="([^"]*)"/.exec(members)?.[1] ?? '#000';
    const path = /\sd="([MmHhVvLlZz0-9., -]+)"/.exec(members)?.[1];
    if (path && !white.test(fill)) paths.push(path);
  }
  return box && paths.length > 0 ? { size: box, path: paths.join(' ') } : null;
}

export function Qr({ svg, label }: { svg: string; label: string }) {
  const found = qr_of(svg);
  if (!found) return null;
  return (
    <svg className="qr" viewBox={found.size} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width="100%" height="100%" fill="#fff" />
      <path d={found.path} fill="#000" stroke="none" />
    </svg>
  );
}
