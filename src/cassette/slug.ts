/** `/a/b.c` as the client writes it in file names: `-a-b-c`. */
export function slugOf(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]/g, "-");
}
