import { spawn } from 'node:child_process';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath } from '../terminal/input/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { serveRuns } from '../ui/server.js';

export default class Ui extends BaseCommand {
  static override enableJsonFlag = false;
  static override summary = 'Show the runs below a folder in a local page that updates while they run.';
  static override description =
    `Prints the address of a page with a list of all runs: state, progress, best loss and cost. Each run has its report there, which
follows its journal. Nothing is changed, and the runs need nothing switched on. The address has a token, and only this machine
can open it unless --host says otherwise. Ctrl-C ends it.`;
  static override examples = ['<%= config.bin %> ui exp/', '<%= config.bin %> ui exp/quickstart --port 8080 --open'];
  static override args = {
    folder: Args.string({ description: 'folder with the runs, at any depth', default: 'exp', ...asPath }),
  };
  static override flags = {
    host: Flags.string({ description: 'address to listen on', helpValue: 'ADDRESS', default: '127.0.0.1' }),
    port: Flags.integer({ description: 'port; 0 takes a free one', helpValue: 'N', default: 0, min: 0, max: 65_535 }),
    open: Flags.boolean({ description: 'open the page in the browser' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Ui);
    await withInterrupt(async (signal) => {
      const { url, ended } = await serveRuns({ folder: args.folder, host: flags.host, port: flags.port, signal });
      this.log(url);
      process.stderr.write('Ctrl-C ends the page.\n');
      if (flags.open) openBrowser(url);
      await ended;
    });
  }
}

/** Without a browser, the printed address remains. */
function openBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
