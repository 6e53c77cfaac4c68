export const group = 'sluice.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** Asks for a look now; the value is echoed in `status.lastHandledReconcileAt`. */
export const reconcileRequestAnnotation = 'sluice.dev/reconcile-requested-at';
/** Lets the deletion of the topic with this id pass, although resources of ours refer to it. */
export const allowDeleteAnnotation = 'sluice.dev/allow-delete';
/** Says of the EventTopic with this uid that it may go on, although it is a copy that came without its status. */
export const confirmRestoredAnnotation = 'sluice.dev/confirm-restored';
/** Says of a subject's version that somebody deleted that the schema may be registered again. */
export const registerDeletedAnnotation = 'sluice.dev/register-deleted-version';
/** Marks the EventCluster that resources without a `clusterRef` belong to. */
export const defaultClusterAnnotation = 'sluice.dev/is-default-cluster';
/** Keeps a resource until what its policy wants removed is gone. */
export const finalizer = 'sluice.dev/finalizer';
