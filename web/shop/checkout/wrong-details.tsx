import { hasCode } from '../parts/problem.tsx';

/** The fields that the server checks more strictly than this page, by the beginning of the pointers to them. */
const fields: readonly (readonly [string, string])[] = [
  ['/guest/email', 'E-mail'],
  ['/guest/phone', 'Phone'],
  ['/fulfilment/contact/phone', 'Phone'],
  ['/fulfilment/address', 'Address'],
  ['/fulfilment/table', 'Table'],
];

/** States which of the details of an order the server does not accept. Renders nothing for other errors. */
export function WrongDetails({ error }: { error: unknown }) {
  if (!hasCode(error, 'request.invalid')) return null;
  const wrong = (error.problem.errors ?? []).flatMap(({ pointer, detail }) => {
    const field = fields.find(([start]) => pointer.startsWith(start));
    return field === undefined ? [] : [{ label: field[1], detail }];
  });
  if (wrong.length === 0) return null;
  return (
    <ul className="shortages">
      {wrong.map(({ label, detail }) => (
        <li key={label}>
          {label}: {detail}
        </li>
      ))}
    </ul>
  );
}
