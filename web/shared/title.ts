import { useEffect } from 'react';

/** Sets the title of the page in its tab and in the browser's history. Undefined leaves it unchanged. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
}
