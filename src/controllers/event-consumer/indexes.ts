/** Index of EventConsumers by their consumer group. */
export const groupIndex = 'group';
/** Index of EventConsumers by `namespace/name` of the Deployment that they scale. */
export const scaleTargetIndex = 'scaleTarget';
/** Index of HorizontalPodAutoscalers and ScaledObjects by `namespace/name` of the Deployment that they drive. */
export const autoscalerIndex = 'drives';
