import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { NarrowPage } from '../parts/narrow-page.tsx';
import { SignInForm } from '../parts/sign-in-form.tsx';

export function SignInPage() {
  return (
    <NarrowPage title="Holdfast console">
      <SignInForm
        help={
          <Anchor component={Link} href="/forgot" className="sign-in-help">
            I forgot my password
          </Anchor>
        }
      />
    </NarrowPage>
  );
}
