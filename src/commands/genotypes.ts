import { listGenotypes, type PublishedGenotypes } from '../explain/genotypes.js';
import { BaseCommand } from '../terminal/base-command.js';
import { describePublished } from '../terminal/tables/architecture.js';

export default class Genotypes extends BaseCommand {
  static override summary = 'List the genotypes that papers published, by name.';
  static override description =
    `\`retrain\`, \`score\`, \`export\` and \`show\` take the names. Errors and parameters are those that were published.`;
  static override examples = ['<%= config.bin %> genotypes', '<%= config.bin %> genotypes --json'];

  override async run(): Promise<PublishedGenotypes> {
    await this.parse(Genotypes);
    const published = listGenotypes();
    this.log(describePublished(published));
    return published;
  }
}
