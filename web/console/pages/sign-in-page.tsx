import { Container, Paper, Title } from '@mantine/core';
import { SignInForm } from '../parts/sign-in-form.tsx';

export function SignInPage() {
  return (
    <Container component="main" size={420} py={60}>
      <Title order={1} ta="center" mb="lg">
        Holdfast console
      </Title>
      <Paper withBorder p="lg">
        <SignInForm />
      </Paper>
    </Container>
  );
}
