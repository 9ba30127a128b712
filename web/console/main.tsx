import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './console.css';
import { type CSSVariablesResolver, createTheme, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { routerBase } from '../shared/paths.ts';
import { createQueries } from '../shared/queries.ts';
import { auditKey } from './audit/audit-key.ts';
import { Console } from './console.tsx';

/** Overlays are rendered inside the landmark that they belong to. */
const inContent = { target: '#content' };
const choice = {
  defaultProps: {
    comboboxProps: { portalProps: inContent },
    // The list itself scrolls, by its own keys. A scroll area inside it would need the keyboard focus for itself.
    withScrollArea: false,
  },
  styles: { options: { maxHeight: 320, overflowY: 'auto' as const } },
};

const theme = createTheme({
  primaryColor: 'teal',
  // The shade that has 4.5:1 with white text, in the dark scheme too (WCAG 2.2, 1.4.3).
  primaryShade: 9,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'md',
  // By name: importing the components here would load the dialogs before one is opened.
  components: {
    // Words are never cut off: the table scrolls instead.
    Badge: {
      defaultProps: { tt: 'none' },
      styles: { root: { minWidth: 'max-content' }, label: { overflow: 'visible' } },
    },
    // A scrolling block would have to be reachable by keyboard; this one wraps its lines instead.
    Code: { styles: { root: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    },
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        // It is a `<header>`, which would count as a second banner of the page.
        attributes: { header: { role: 'none' } },
      },
      styles: {
        title: {
          fontSize: 'var(--mantine-font-size-lg)',
          fontWeight: 700,
          overflowWrap: 'anywhere',
        },
      },
    },
    Menu: {
      defaultProps: {
        // A menu must not contain a placeholder for the initial focus, so its first item gets the focus.
        withInitialFocusPlaceholder: false,
        portalProps: inContent,
      },
    },
    // The error is next to its explanation, and both are below the field, in line with those beside it.
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
    },
    Select: choice,
    MultiSelect: choice,
    Autocomplete: choice,
    TagsInput: choice,
  },
});

/**
 * Text needs 4.5:1 (WCAG 2.2, 1.4.3). Mantine's own colours have less: dimmed text 3.3:1 on white, light badges of most
 * colours between 2 and 4 on their own background, a hovered button 3.9.
 */
const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-teal-filled-hover': '#066649',
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6c737a',
    '--mantine-color-error': '#c21f1f',
    '--mantine-color-gray-light-color': '#343a40',
    '--mantine-color-red-light-color': '#a51d1d',
    '--mantine-color-orange-light-color': '#963000',
    '--mantine-color-yellow-light-color': '#754a00',
    '--mantine-color-teal-light-color': '#076146',
    '--mantine-color-blue-light-color': '#145591',
    '--mantine-color-indigo-light-color': '#3046b3',
    '--mantine-color-grape-light-color': '#7a2a8f',
  },
  dark: {
    '--mantine-color-teal-filled-hover': '#066649',
    '--mantine-color-dimmed': '#a9aeb4',
    '--mantine-color-placeholder': '#9aa0a6',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-gray-light-color': '#dee2e6',
    '--mantine-color-red-light-color': '#ffa8a8',
  },
});

const queries = createQueries();
// Whatever is changed here is in the audit.
queries.getMutationCache().subscribe(({ mutation }) => {
  if (mutation?.state.status === 'success') {
    void queries.invalidateQueries({ queryKey: auditKey });
  }
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <Router base={routerBase}>
          <Console />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
