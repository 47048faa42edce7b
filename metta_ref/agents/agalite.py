"""AGaLiTe: gated linear attention whose memory has a constant size.

Pramanik, Elelimy, Machado and White, "AGaLiTe: Approximate Gated Linear Transformers for Online
Reinforcement Learning", TMLR 2024. One head, with gates beta and gamma, feature maps phi of outer
products, and r frequencies w_i spread over [-pi, pi]:

    phi(k) = relu(k) (x) relu(p1)    phi(q) = relu(q) (x) relu(p2)    gamma = sigmoid(g) (x) sigmoid(p3)
    v_i <- (1 - beta) v_i + cos(w_i t) beta v          i = 1 .. r
    k_i <- (1 - gamma) k_i + cos(w_i t) gamma phi(k)   i = 1 .. r
    s   <- (1 - gamma) s + gamma phi(k)
    out  = sum_i v_i (k_i . phi(q)) / (2 r (s . phi(q)) + 1e-5)

All of it, the tick t included, is cleared where an episode starts. (The published code lets the tick run
on, which makes an episode depend on how long ago the stream began.)
"""

import math

import torch
from torch import Tensor, nn

from metta_ref.agents.interface import State
from metta_ref.agents.layers import full_precision, orthogonal
from metta_ref.agents.scan import discounted_scores, discounted_sums
from metta_ref.config import AgentConfig

_EPSILON = 1e-5
_GATE_BIAS = 2.0
"""Gates start nearly closed, so that a new block passes its input on (Parisotto et al. 2020)."""


class AgaliteCore(nn.Module):
    """A stack of AGaLiTe blocks of width `hidden_size`.

    State of a block: values [B, H, r, d], keys [B, H, r, e d], normaliser [B, H, e d], tick [B].
    """

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.layers))
        heads, count, size, wide = config.heads, config.frequencies, config.head_size, config.eta * config.head_size
        self._shapes = (heads, count, size), (heads, count, wide), (heads, wide), ()

    def initial_state(self, batch: int) -> State:
        return tuple(torch.zeros(batch, *shape) for _ in self.blocks for shape in self._shapes)

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        after: State = ()
        for block in self.blocks:
            inputs, own = block(inputs, state[len(after) : len(after) + len(self._shapes)], starts)
            after += own
        return inputs, after


class _Block(nn.Module):
    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = _Attention(config)
        self.feed = nn.Sequential(orthogonal(nn.Linear(width, width)), nn.ReLU(), orthogonal(nn.Linear(width, width)))
        self.attention_gate, self.feed_gate = _Gate(width), _Gate(width)

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        attended, state = self.attention(self.attention_norm(inputs), state, starts)
        between = self.attention_gate(inputs, torch.relu(attended))
        return self.feed_gate(between, torch.relu(self.feed(self.feed_norm(between)))), state


class _Attention(nn.Module):
    frequencies: Tensor

    def __init__(self, config: AgentConfig) -> None:
        super().__init__()
        self.heads, self.size, self.eta = config.heads, config.head_size, config.eta
        self.project = orthogonal(nn.Linear(config.hidden_size, 5 * self.heads * self.size))
        self.expand = orthogonal(nn.Linear(config.hidden_size, 3 * self.heads * self.eta))
        self.merge = orthogonal(nn.Linear(self.heads * self.size, config.hidden_size))
        frequencies = torch.linspace(-math.pi, math.pi, config.frequencies)
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, inputs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        projected, expanded = self.project(inputs), self.expand(inputs)
        with full_precision(inputs.device):
            attended, state = self._recur(projected.float(), expanded.float(), state, starts)
        return self.merge(attended), state

    def _recur(self, projected: Tensor, expanded: Tensor, state: State, starts: Tensor) -> tuple[Tensor, State]:
        steps, batch = starts.shape
        value_memory, key_memory, norm_memory, tick = state
        key, query, value, beta, gamma = projected.view(steps, batch, 5, self.heads, self.size).unbind(2)
        p1, p2, p3 = expanded.view(steps, batch, 3, self.heads, self.eta).unbind(2)
        keys = _outer(torch.relu(key), torch.relu(p1))
        queries = _outer(torch.relu(query), torch.relu(p2))
        gammas = _outer(torch.sigmoid(gamma), torch.sigmoid(p3))
        betas = torch.sigmoid(beta)
        keep = (~starts).to(projected.dtype)[:, :, None, None]
        ticks = _ticks(tick, starts)
        waves = torch.cos(ticks[..., None] * self.frequencies)[:, :, None, :, None]

        gated_keys, key_decay = gammas * keys, (1 - gammas) * keep
        # The normaliser is one key more, whose wave is 1.
        memory = torch.cat([key_memory, norm_memory.unsqueeze(-2)], -2)
        waves_and_one = torch.cat([waves, torch.ones_like(waves[..., :1, :])], -2)
        scores, memory = discounted_scores(gated_keys, waves_and_one, key_decay, queries, memory)
        value_sums = discounted_sums(betas * value, waves, (1 - betas) * keep, value_memory)
        weighted = (scores[..., :-1].unsqueeze(-1) * value_sums).sum(-2)
        scale = 2 * waves.shape[-2] * scores[..., -1:] + _EPSILON
        after = (value_sums[-1], memory[..., :-1, :], memory[..., -1, :], ticks[-1])
        return (weighted / scale).flatten(start_dim=2), after


class _Gate(nn.Module):
    """The gate of a GRU in place of a residual connection: keeps `old` unless `new` argues otherwise."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.from_new = orthogonal(nn.Linear(width, 3 * width))
        self.from_old = orthogonal(nn.Linear(width, 2 * width, bias=False))
        self.from_reset = orthogonal(nn.Linear(width, width, bias=False))

    def forward(self, old: Tensor, new: Tensor) -> Tensor:
        reset_new, update_new, candidate_new = self.from_new(new).chunk(3, dim=-1)
        reset_old, update_old = self.from_old(old).chunk(2, dim=-1)
        reset = torch.sigmoid(reset_new + reset_old)
        update = torch.sigmoid(update_new + update_old - _GATE_BIAS)
        candidate = torch.tanh(candidate_new + self.from_reset(reset * old))
        return (1 - update) * old + update * candidate


def _outer(features: Tensor, expansion: Tensor) -> Tensor:
    """[..., d] and [..., e] to [..., e d]."""
    return (expansion.unsqueeze(-1) * features.unsqueeze(-2)).flatten(start_dim=-2)


def _ticks(tick: Tensor, starts: Tensor) -> Tensor:
    """Steps since each episode's start, [T, B], from 1 on; `tick` [B] is the count so far."""
    counts = []
    for start in starts:
        tick = torch.where(start, 0.0, tick) + 1
        counts.append(tick)
    return torch.stack(counts)
