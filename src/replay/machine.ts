import { userInfo } from "node:os";

/** Who runs this, and where he is at home, whatever HOME says: for a redactor. */
export function machineNames(): { user?: string; folders: string[] } {
  try {
    const { username, homedir } = userInfo();
    return { user: username, folders: [homedir] };
  } catch {
    return { folders: [] };
  }
}
