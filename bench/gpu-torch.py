"""PyTorch's figures for what bench/gpu.ts measures: the same convolutions and the same 3D ResNet-50, in fp32 and tf32, as JSON."""

import json
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit("PyTorch is not installed: its columns stay empty.")

out, budget, tiny = sys.argv[1], float(sys.argv[2]), "--tiny" in sys.argv
device = "cuda" if torch.cuda.is_available() else "cpu"
started = time.perf_counter()
volume, width, conv_batch = ([16, 16, 12], 8, 1) if tiny else ([64, 64, 44], 64, 32)
batches, seconds_per_item = ([2, 4], 0.01) if tiny else ([8, 32, 64], 0.1)
figures = {}


def seconds_left():
    return budget - (time.perf_counter() - started)


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


def seconds(call, least=seconds_per_item):
    call(), wait()
    begun = time.perf_counter()
    call(), wait()
    n = max(1, min(200, int(least / max(1e-6, time.perf_counter() - begun))))
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        for _ in range(n):
            call()
        wait()
        best = min(best, (time.perf_counter() - begun) / n)
    return best


def conv(cin, cout, kernel, stride=1):
    return nn.Conv3d(cin, cout, kernel, stride, padding=kernel // 2)


class Bottleneck(nn.Module):
    def __init__(self, cin, inner, stride, first):
        super().__init__()
        self.norm1 = nn.Identity() if first else nn.Sequential(nn.BatchNorm3d(cin), nn.ReLU())
        self.body = nn.Sequential(
            conv(cin, inner, 1, stride), nn.BatchNorm3d(inner), nn.ReLU(),
            conv(inner, inner, 3), nn.BatchNorm3d(inner), nn.ReLU(),
            conv(inner, 4 * inner, 1))
        same = stride == 1 and cin == 4 * inner
        self.shortcut = nn.Identity() if same else conv(cin, 4 * inner, 1, stride)

    def forward(self, x):
        return self.body(self.norm1(x)) + self.shortcut(x)


def network():
    layers = [conv(1, width, 7, 2), nn.BatchNorm3d(width), nn.ReLU(), nn.MaxPool3d(3, 2, 1)]
    cin = width
    for stage, blocks in enumerate([1, 1, 1, 1] if tiny else [3, 4, 6, 3]):
        inner = width * 2**stage
        for i in range(blocks):
            layers.append(Bottleneck(cin, inner, 2 if i == 0 and stage else 1, i == 0 and stage == 0))
            cin = 4 * inner
    head = [nn.BatchNorm3d(cin), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(cin, 2)]
    return nn.Sequential(*layers, *head).to(device)


def layers():
    yield "stem 7x7x7", volume, 1, width, 7, 2
    sizes = [-(-n // 4) for n in volume]
    for stage in range(1, 5):
        inner = width * 2 ** (stage - 1)
        before, stride = sizes, 2 if stage > 1 else 1
        sizes = [-(-n // stride) for n in sizes]
        yield f"stage {stage} 1x1x1 in", before, width if stage == 1 else 2 * inner, inner, 1, stride
        yield f"stage {stage} 3x3x3", sizes, inner, inner, 3, 1
        yield f"stage {stage} 1x1x1 out", sizes, inner, 4 * inner, 1, 1


def measure_convolutions(kind):
    for name, sizes, cin, cout, kernel, stride in layers():
        if seconds_left() < 0.6 * budget:
            return
        x = torch.randn(conv_batch, cin, *sizes, device=device, requires_grad=True)
        layer = conv(cin, cout, kernel, stride).to(device)
        y = layer(x)
        dy = torch.randn_like(y)
        work = 2 * y.numel() * kernel**3 * cin / 1e9

        def gradient(of):
            return lambda: torch.autograd.grad(y, of, dy, retain_graph=True)

        figures[f"{name} forward {kind}"] = work / seconds(lambda: layer(x))
        figures[f"{name} filter {kind}"] = work / seconds(gradient(layer.weight))
        if cin > 1:
            figures[f"{name} input {kind}"] = work / seconds(gradient(x))


def measure_network(kind):
    for batch in batches:
        if seconds_left() < 0.1 * budget:
            return
        model = network()
        optimizer = torch.optim.Adam(model.parameters(), 1e-4)
        x = torch.randn(batch, 1, *volume, device=device)
        target = torch.arange(batch, device=device) % 2

        def step():
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x), target).backward()
            optimizer.step()

        figures[f"training batch {batch} {kind}"] = batch / seconds(step, 5 * seconds_per_item)
        del model, optimizer
    model = network().eval()
    x = torch.randn(1, 1, *volume, device=device)

    def one():
        with torch.inference_mode():
            model(x).cpu()

    figures[f"latency batch 1 {kind}"] = 1000 * seconds(one)


print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'cpu'}")
torch.backends.cudnn.benchmark = True
for kind in ["tf32", "fp32"] if device == "cuda" else ["fp32"]:
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = kind == "tf32"
    started = time.perf_counter()
    for measure in (measure_convolutions, measure_network):
        try:
            measure(kind)
        except RuntimeError as error:
            print(f"PyTorch, {kind}: {str(error).splitlines()[0]}")
        with open(out, "w") as file:
            json.dump(figures, file)
