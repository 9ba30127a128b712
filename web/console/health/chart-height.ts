/** Of each chart, and of what stands in its place until it is there: nothing moves then. */
export const CHART_HEIGHT = 240;
