import { encode } from 'uqr';

/** Lighter than the least that readers need, so that the modules stay large on a phone. */
const CORRECTION = 'L';
/** In modules. Source: ISO/IEC 18004, 4 modules on each side. */
const QUIET_ZONE = 4;

interface QrCodeProps {
  readonly text: string;
  /** What it is, for those who hear it. */
  readonly label: string;
}

/** Draws a QR code, black on white in every colour scheme, because many readers expect it so. */
export function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: CORRECTION, border: QUIET_ZONE });
  const path = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])),
  );
  return (
    <svg
      className="qr-code"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path.join('')} fill="#000" />
    </svg>
  );
}
