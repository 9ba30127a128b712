import './fulfilment.css';
import { useId, useMemo } from 'react';
import { listCountries } from '../../shared/countries.ts';
import { Field } from '../parts/field.tsx';
import type { AddressTexts } from './draft.ts';

/** The server's limit for a line of an address. */
const LINE_MAX = 200;

interface AddressFieldsProps {
  readonly address: AddressTexts;
  onChange(address: AddressTexts): void;
}

/** Some countries have no postcodes; where there are, everyone knows that theirs is needed. */
const fields = [
  { name: 'line1', label: 'Street and number', autoComplete: 'address-line1', required: true },
  {
    name: 'line2',
    label: 'Flat or floor (optional)',
    autoComplete: 'address-line2',
    required: false,
  },
  { name: 'postalCode', label: 'Postcode', autoComplete: 'postal-code', required: false },
  { name: 'city', label: 'Town or city', autoComplete: 'address-level2', required: true },
  { name: 'region', label: 'Region (optional)', autoComplete: 'address-level1', required: false },
] as const;

/** Enters an address. The browser fills in the whole of it at once. */
export function AddressFields({ address, onChange }: AddressFieldsProps) {
  const id = useId();
  const countries = useMemo(listCountries, []);
  return (
    <div className="address">
      {fields.map(({ name, label, autoComplete, required }) => (
        <Field
          key={name}
          className={name}
          label={label}
          name={name}
          autoComplete={`shipping ${autoComplete}`}
          dir="auto"
          required={required}
          maxLength={LINE_MAX}
          value={address[name]}
          onChange={({ target }) => onChange({ ...address, [name]: target.value })}
        />
      ))}
      <div className="field country">
        <label htmlFor={id}>Country</label>
        <select
          id={id}
          name="country"
          autoComplete="shipping country"
          required
          value={address.country}
          onChange={({ target }) => onChange({ ...address, country: target.value })}
        >
          {address.country === '' && <option value="">Choose a country</option>}
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
