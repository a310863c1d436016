/** One picture out of a grid of equally large ones. */
export function Tile({
  sheet,
  columns,
  rows,
  index,
  label,
}: {
  sheet: string;
  columns: number;
  rows: number;
  index: number;
  label: string;
}) {
  const place = (at: number, count: number) => (count > 1 ? `${(100 * at) / (count - 1)}%` : "0%");
  const style = {
    backgroundImage: `url("${sheet}")`,
    backgroundSize: `${100 * columns}% ${100 * rows}%`,
    backgroundPosition: `${place(index % columns, columns)} ${place(Math.floor(index / columns), rows)}`,
  };
  return <span className="tile" role="img" aria-label={label} title={label} style={style} />;
}
