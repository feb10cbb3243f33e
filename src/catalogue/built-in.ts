/** The definitions that ship with rminas. A new definition is one file and one line here. */
import { cifar10 } from '../datasets/cifar10.js';
import { cifar100 } from '../datasets/cifar100.js';
import { digits } from '../datasets/digits.js';
import { imagenet } from '../datasets/imagenet.js';
import { imagenet16 } from '../datasets/imagenet16-120.js';
import { OBJECTIVES } from '../objectives/index.js';
import { PROXIES } from '../proxies/index.js';
import { dartsDefinition } from '../spaces/darts/definition.js';
import { mbDefinition } from '../spaces/mb/definition.js';
import { nasBench201Definition } from '../spaces/nas-bench-201/definition.js';
import { nasBenchMacroDefinition } from '../spaces/nas-bench-macro/definition.js';
import { proxylessDefinition } from '../spaces/proxyless/definition.js';
import { STRATEGIES } from '../strategies/index.js';
import { digitsResnet } from '../teachers/digits-resnet.js';
import { fbresnet152 } from '../teachers/fbresnet152.js';
import { nasBench201Teacher } from '../teachers/nas-bench-201-9930.js';
import { resnet20 } from '../teachers/resnet20.js';
import { resnet101 } from '../teachers/resnet101.js';
import type { Catalogue } from './catalogue.js';
import { Definitions } from './definitions.js';

export const BUILT_IN: Catalogue = {
  spaces: new Definitions('space', [
    nasBench201Definition,
    dartsDefinition,
    nasBenchMacroDefinition,
    proxylessDefinition,
    mbDefinition,
  ]),
  datasets: new Definitions('data set', [digits, cifar10, cifar100, imagenet16, imagenet]),
  teachers: new Definitions('teacher', [digitsResnet, resnet20, resnet101, nasBench201Teacher, fbresnet152]),
  proxies: new Definitions('proxy', PROXIES),
  strategies: new Definitions('strategy', STRATEGIES),
  objectives: new Definitions('objective', OBJECTIVES),
};
