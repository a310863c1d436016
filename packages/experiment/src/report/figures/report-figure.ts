/** A figure of lines and dots, for files and for a report. */
export interface ReportFigure {
  /** Of its file: "figure-1". */
  readonly name: string;
  /** What it is called in a report. */
  readonly title: string;
  readonly svg: string;
}
