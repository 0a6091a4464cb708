// The API gives the QR code as an SVG file. Its one path is taken out and drawn by us, so that no text of the server becomes markup.
export function qr_of(svg: string): { size: string; path: string } | null {
  const box = /viewBox="([0-9. -]+)"/.exec(svg)?.[1];
  const path = [...svg.matchAll(/\sd="([MmHhVvLlZz0-9., -]+)"/g)].map((found) => found[1]).join(' ');
  return box && path ? { size: box, path } : null;
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
