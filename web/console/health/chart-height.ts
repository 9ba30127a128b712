/** The height of each chart and of its placeholder, so that nothing moves when the chart appears. */
export const CHART_HEIGHT = 240;
