import { Text } from '@mantine/core';
import { type Factor, useFactors } from '../../shared/factors.ts';
import { Problem } from '../parts/problem.tsx';
import { AccountSection } from './account-section.tsx';
import { AddFactor } from './add-factor.tsx';
import { FactorItem } from './factor-item.tsx';

/** Lists the second factors of the user, and adds others. */
export function FactorsSection() {
  const factors = useFactors();
  return (
    <AccountSection
      title="Second factor"
      intro="With a second factor, a stolen password alone opens nothing. A passkey is the safest, and signs in without the password, too."
    >
      {factors.error && <Problem error={factors.error} onRetry={() => factors.refetch()} />}
      {factors.data !== undefined && (
        <>
          <FactorList factors={factors.data.data} />
          <AddFactor />
        </>
      )}
    </AccountSection>
  );
}

function FactorList({ factors }: { factors: readonly Factor[] }) {
  if (factors.length === 0) {
    return <Text mb="md">None yet: anyone who learns your password can sign in as you.</Text>;
  }
  return (
    <ul className="entries">
      {factors.map((factor) => (
        <FactorItem key={factor.id} factor={factor} />
      ))}
    </ul>
  );
}
