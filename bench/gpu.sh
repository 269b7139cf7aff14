#!/usr/bin/env bash
# Measures the GPU engine on a bare Linux machine: it needs an NVIDIA driver and Python, and compares with PyTorch where that is installed.
#   bench/gpu.sh pack FOLDER      on a machine with the project: puts all that is needed into FOLDER (about 46 MB), this script included
#   FOLDER/gpu.sh [--tiny]        on the GPU machine: doctor with the self-test, then tables; under 8 minutes
#   bench/gpu.sh [--tiny]         the same where the project is installed
# GPU_BUDGET and TORCH_BUDGET are the seconds for limbic and, per precision, for PyTorch. LIMBIC_ALLOW_SOFTWARE_GPU=1 takes a GPU in software.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

pack() {
  local to=${1:?FOLDER is missing} root work package
  root=$(cd "$here/.." && pwd)
  mkdir -p "$to" && to=$(cd "$to" && pwd) && work=$(mktemp -d) || return 1
  trap 'rm -rf "$work"' RETURN
  node "$root/src/cli/build.mjs" --launch || return 1
  mkdir -p "$work/limbic/src/cli" "$work/limbic/bin" "$work/limbic/lib"
  cp -r "$root/dist" "$root/package.json" "$root/pipelines" "$root/data-schemas" "$work/limbic/"
  cp "$root/src/cli/launch.mjs" "$work/limbic/src/cli/"
  cp "$(command -v node)" "$work/limbic/bin/node" && strip "$work/limbic/bin/node"
  cp -L "$(ldconfig -p | sed -n 's/.*libvulkan\.so\.1 .*x86-64.* => //p' | head -n 1)" "$work/limbic/lib/libvulkan.so.1" ||
    { echo 'The Vulkan loader (libvulkan1) is not installed.' >&2; return 1; }
  while read -r package; do
    [ "$package" = "$root" ] || (cd "$root" && tar -c "${unneeded[@]}" "${package#"$root/"}") | tar -x -C "$work/limbic"
  done < <(cd "$root" && npm ls --omit=dev --all --parseable 2>/dev/null)
  find "$work/limbic/node_modules/@tensorflow" -path '*/dist/*' -type f ! -name '*.node.js' -delete
  find "$work/limbic" -name '*.map' -delete
  strip "$work/limbic/node_modules/webgpu/dist/linux-x64/dawn.node"
  tar -C "$work" -c limbic | xz -T0 -6 >"$to/limbic.tar.xz" || return 1
  cp "$here/gpu.sh" "$here/gpu-torch.py" "$to/"
  du -sh "$to"
}

# Other platforms, declarations, sources of bundles.
unneeded=(--exclude='*.d.ts' --exclude='*.map' --exclude='darwin*' --exclude='win32*' --exclude='linux-arm64'
  --exclude='linux/arm64' --exclude='*.fesm*' --exclude='tfjs-*/src' --exclude='onnxruntime-web')

# The folder with limbic: unpacked from beside this script, or the project itself.
find_limbic() {
  if [ -f "$here/limbic.tar.xz" ]; then
    scratch=$(mktemp -d)
    # A bare machine may lack xz; Python has it.
    python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/limbic.tar.xz" "$scratch" || exit 1
    limbic=$scratch/limbic
    export PATH=$limbic/bin:$PATH LD_LIBRARY_PATH=$limbic/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  else
    limbic=$(cd "$here/.." && pwd)
    node "$limbic/src/cli/build.mjs" --launch || exit 1
  fi
}

# Containers often have the driver where the Vulkan loader does not look.
find_driver() {
  [ -z "${VK_DRIVER_FILES:-}" ] || return 0
  local folder
  for folder in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/nvidia/share/vulkan/icd.d; do
    [ ! -f "$folder/nvidia_icd.json" ] || export VK_DRIVER_FILES=$folder/nvidia_icd.json
  done
}

if [ "${1:-}" = pack ]; then
  pack "${2:-}"
  exit
fi
scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT
find_limbic
find_driver
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null
node "$limbic/src/cli/launch.mjs" doctor
beside=$(mktemp)
python3 "$here/gpu-torch.py" "$beside" "${TORCH_BUDGET:-80}" "$@"
[ -s "$beside" ] || rm -f "$beside"
node "$limbic/dist/bench/gpu.js" --budget="${GPU_BUDGET:-240}" --beside="$beside" ${GPU_OUT:+--out="$GPU_OUT"} "$@"
status=$?
rm -f "$beside"
exit "$status"
