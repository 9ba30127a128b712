import { listShippedPackages } from '../../deploy/supply-chain/shipped-packages.ts';
import { type Page, page, table } from './markdown.ts';

/** Builds the list of the packages that ship with Holdfast, with their licences. */
export function licencesPage(): Page {
  const packages = listShippedPackages();
  return page(
    'licences.md',
    'Licences',
    `Packages that ship with Holdfast: in the server, of which only those for its platform are installed, or inside the files of the
console and the shop. Each package contains the text of its licence, and so does
\`licences.json\` beside the built pages. \`npm run sbom\` writes the same list for programs (CycloneDX),
with the hash of each package.`,
    table(
      ['package', 'version', 'licence', 'in'],
      packages.map(({ name, version, license, places }) => [
        name,
        version,
        license ?? 'none stated',
        places.join(', '),
      ]),
    ),
  );
}
