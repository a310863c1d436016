/** Codes as a JSON file: which tokenizer's they are, and rows of them by codebook. */
export function SaveCodes({ name, content }: { name: string; content: object }) {
  const save = () => {
    const address = URL.createObjectURL(
      new Blob([JSON.stringify(content)], { type: "application/json" }),
    );
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name.replace(/\.[a-z]+$/i, "")}.codes.json`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <button type="button" onClick={save}>
      Save codes
    </button>
  );
}
