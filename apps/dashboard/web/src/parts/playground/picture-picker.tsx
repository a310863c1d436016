import { type DragEvent, type ReactNode, useState } from "react";
import { imageIn, type Picture, pictureOfFile, pictureOfSample } from "../../playground/picture.js";
import { SAMPLES } from "../../playground/samples.js";

/** A place to drop an image on, with the other ways to choose one below. */
export function PicturePicker({
  label,
  onPicture,
  onError,
  children,
  caption,
  more,
}: {
  label: string;
  onPicture: (picture: Picture) => void;
  onError: (message: string) => void;
  /** What is shown in the place. */
  children: ReactNode;
  /** What it is, below. */
  caption: ReactNode;
  /** More buttons. */
  more?: ReactNode;
}) {
  const [over, setOver] = useState(false);
  const take = (picture: Promise<Picture>) =>
    picture.then(onPicture).catch((error: Error) => onError(error.message));
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = imageIn(event.dataTransfer);
    if (file) take(pictureOfFile(file, file.name));
  };
  return (
    <div className="picker-place">
      <section
        aria-label={`${label}: drop an image here`}
        className={`drop${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {children}
      </section>
      <p className="count">{caption}</p>
      <div className="toolbar">
        <label className="file">
          <input
            type="file"
            accept="image/*"
            className="unseen"
            aria-label={`${label}: choose a file`}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) take(pictureOfFile(file, file.name));
              event.target.value = "";
            }}
          />
          <span aria-hidden="true">Choose a file</span>
        </label>
        {more}
      </div>
      <div className="samples-row">
        {SAMPLES.map((sample) => (
          <button
            type="button"
            key={sample.name}
            aria-label={`${label}: ${sample.name}`}
            title={sample.name}
            onClick={() => take(pictureOfSample(sample))}
          >
            <img src={sample.address} alt="" />
          </button>
        ))}
      </div>
    </div>
  );
}
