/** kubectl(1), "kubectl options", and oc: options of every verb that take the next word. */
export const KUBECTL_GLOBAL_VALUES: readonly string[] =
  '-n --namespace --context --kubeconfig --kuberc --cluster --user --username --password --token -s --server -v --v --loglevel --vmodule --as --as-group --as-uid --cache-dir --certificate-authority --client-certificate --client-key --request-timeout --tls-server-name --log-flush-frequency --profile --profile-output'.split(
    ' ',
  );

/** docker(1), podman(1): options before the verb that take the next word. */
export const ENGINE_GLOBAL_VALUES: readonly string[] =
  '-H --host -c --context --connection --url --identity --config -l --log-level --tlscacert --tlscert --tlskey --root --runroot --storage-driver --cgroup-manager'.split(
    ' ',
  );
