// The first page: which models there are and who serves them.
import type { ModelSummary } from '../../contracts/control-api.ts';
import type { RoutingDocument } from '../../contracts/registry.ts';
import { challengersOf } from '../../contracts/registry.ts';
import { html } from './html.ts';
import { figure, link, page, table, time } from './page.ts';

export function renderModelsPage(models: readonly ModelSummary[]): string {
  if (models.length === 0) {
    return page(
      'Models',
      html`<p>No model yet: <code>npx coppice run your.model.ts</code> makes the first version.</p>`,
    );
  }
  const rows = models.map(({ model, routing, versions }) => {
    const champion = versions.find(({ version }) => version === routing?.champion);
    return {
      cells: [
        link(`/models/${model}`, model),
        routing?.champion ?? 'none',
        figure(champion?.metrics.accuracy),
        describeChallenger(routing),
        versions.length,
        routing && time(routing.at),
      ],
    };
  });
  return page(
    'Models',
    table(
      'Who serves each model; a challenger is a version on its way into traffic.',
      [
        { title: 'model' },
        { title: 'champion', kind: 'number' },
        { title: 'its accuracy', kind: 'number' },
        { title: 'challenger' },
        { title: 'versions', kind: 'number' },
        { title: 'since', kind: 'tight' },
      ],
      rows,
    ),
  );
}

export function describeChallenger(routing: RoutingDocument | undefined): string {
  const challenger = routing?.challenger;
  if (!challenger) return 'none';
  const share = `${(challenger.trafficFraction * 100).toFixed(0)} %`;
  return challenger.mode === 'shadow'
    ? `${challengersOf(routing).join(', ')}, in the shadow`
    : `${challengersOf(routing).join(', ')}, ${share} of traffic${challenger.others ? ' each' : ''}`;
}
