import { useState } from "react";

/** A PNG of a run, pixels as they are; says so when the file is damaged or gone. */
export function Picture({ source, alt }: { source: string; alt: string }) {
  const [broken, setBroken] = useState<string | undefined>();
  if (broken === source) return <p className="notice bad">This picture can't be read: {alt}</p>;
  return <img src={source} alt={alt} loading="lazy" onError={() => setBroken(source)} />;
}
