import { useEffect } from 'react';

/** What the tab and the browser's history call the page; with none it keeps the name that it has. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
}
