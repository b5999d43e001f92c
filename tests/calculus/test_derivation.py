"""Whole derivations: a corpus with its final lines, held against mpmath's differences of plain Python functions."""

import json
import os
import random
import re
import time
from itertools import pairwise
from pathlib import Path

import mpmath
import pytest
import sympy
from mpmath import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cbrt,
    cos,
    cosh,
    cot,
    csc,
    e,
    exp,
    log,
    mpf,
    pi,
    sec,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

import symcalc as sc
from symcalc.pages import latex, text


def sigmoid(z):
    return 1 / (1 + exp(-z))


def softplus(z):
    return log(1 + exp(z))


def relu(z):
    return max(z, 0)


def mean(values):
    values = list(values)
    return sum(values) / len(values)


# (formula, letter, the last line, the function in plain Python)

LETTERS = {"x": 0.7, "y": 1.2, "a": 1.3, "b": -0.4, "c": 0.6, "n": 2.3, "s": 1.1, "v": 0.9, "w": 0.8}
ELSEWHERE = {"acosh(x)": 1.7, "ln(ln(x))": 1.7, "max(x,x^2,1)": 1.7, "relu(w*x+b)": 0.9}        # where x = 0.7 says little

CORPUS = (
    ("7", "x", "0", lambda x: 7),
    ("pi", "x", "0", lambda x: pi),
    ("x", "x", "1", lambda x: x),
    ("-x", "x", "-1", lambda x: -x),
    ("x+5", "x", "1", lambda x: x+5),
    ("3x^2-11", "x", "6x", lambda x: 3*x**2-11),
    ("4x+15", "x", "4", lambda x: 4*x+15),
    ("3x^5", "x", "15x⁴", lambda x: 3*x**5),
    ("x^3-6x^2+9x-4", "x", "3x² - 12x + 9", lambda x: x**3-6*x**2+9*x-4),
    ("2x^2-8x", "x", "4x - 8", lambda x: 2*x**2-8*x),
    ("-3x^2+30x", "x", "-6x + 30", lambda x: -3*x**2+30*x),
    ("(2x+1)(x-3)", "x", "4x - 5", lambda x: (2*x+1)*(x-3)),
    ("x^2/2-x/3", "x", "x - 1/3", lambda x: x**2/2-x/3),
    ("5-2x-x^2", "x", "-2 - 2x", lambda x: 5-2*x-x**2),
    ("0.5x^2", "x", "x", lambda x: 0.5*x**2),
    ("a*x^2+b*x+c", "x", "2a x + b", lambda x, a, b, c: a*x**2+b*x+c),
    ("(x^2+1)(x^3-2)", "x", "5x⁴ + 3x² - 4x", lambda x: (x**2+1)*(x**3-2)),
    ("x*(x+1)(x+2)", "x", "3x² + 6x + 2", lambda x: x*(x+1)*(x+2)),
    ("x^2*sin(x)", "x", "2x sin(x) + x² cos(x)", lambda x: x**2*sin(x)),
    ("x*exp(x)*cos(x)", "x", "exp(x) cos(x) + x exp(x) cos(x) - x exp(x) sin(x)", lambda x: x*exp(x)*cos(x)),
    ("sqrt(x)", "x", "1/(2 √x)", lambda x: sqrt(x)),
    ("1/x", "x", "-1/x²", lambda x: 1/x),
    ("1/x^2", "x", "-2/x³", lambda x: 1/x**2),
    ("3/x^4", "x", "-12/x⁵", lambda x: 3/x**4),
    ("x^(3/2)", "x", "3 √x/2", lambda x: x**mpf(1.5)),
    ("x^(-1/2)", "x", "-1/(2x^(3/2))", lambda x: x**(-1/2)),
    ("cbrt(x)", "x", "1/(3 (∛x)²)", lambda x: cbrt(x)),
    ("sqrt(2x+1)", "x", "1/√(2x + 1)", lambda x: sqrt(2*x+1)),
    ("1/sqrt(x)", "x", "-1/(2x^(3/2))", lambda x: 1/sqrt(x)),
    ("x*sqrt(x)", "x", "3 √x/2", lambda x: x*sqrt(x)),
    ("x^2.5", "x", "2.5x^1.5", lambda x: x**2.5),
    ("x/(x+1)", "x", "1/(x + 1)²", lambda x: x/(x+1)),
    ("(x^2-1)/(x^2+1)", "x", "4x/(x² + 1)²", lambda x: (x**2-1)/(x**2+1)),
    ("1/(x^2+1)", "x", "-2x/(x² + 1)²", lambda x: 1/(x**2+1)),
    ("sin(x)/x", "x", "(x cos(x) - sin(x))/x²", lambda x: sin(x)/x),
    ("x/(1+x/(1+x))", "x", "(1 + x/(1 + x) - x/(1 + x)²)/(1 + x/(1 + x))²", lambda x: x/(1+x/(1+x))),
    ("(1/x+1)/(x+2)", "x", "(-1 - 2/x - 2/x²)/(x + 2)²", lambda x: (1/x+1)/(x+2)),
    ("exp(x)/(1+exp(x))", "x", "σ(x) (1 - σ(x))", lambda x: exp(x)/(1+exp(x))),
    ("(3x+1)/5", "x", "3/5", lambda x: (3*x+1)/5),
    ("5/(3x+1)", "x", "-15/(3x + 1)²", lambda x: 5/(3*x+1)),
    ("(0.5x+3)^2", "x", "0.5x + 3", lambda x: (0.5*x+3)**2),
    ("(3x^2+10x)^3", "x", "3 (3x² + 10x)² (6x + 10)", lambda x: (3*x**2+10*x)**3),
    ("(2x-5)^10", "x", "20 (2x - 5)⁹", lambda x: (2*x-5)**10),
    ("sin(x^2)", "x", "2x cos(x²)", lambda x: sin(x**2)),
    ("sin(x)^2", "x", "2 sin(x) cos(x)", lambda x: sin(x)**2),
    ("sin(3x)", "x", "3 cos(3x)", lambda x: sin(3*x)),
    ("exp(-x^2/2)", "x", "-x exp(-x²/2)", lambda x: exp(-x**2/2)),
    ("exp(sin(x^2))", "x", "2x exp(sin(x²)) cos(x²)", lambda x: exp(sin(x**2))),
    ("sin(cos(tan(x)))", "x", "-cos(cos(tan(x))) sin(tan(x))/cos²(x)", lambda x: sin(cos(tan(x)))),
    ("ln(sin(exp(x)))", "x", "exp(x) cos(exp(x))/sin(exp(x))", lambda x: log(sin(exp(x)))),
    ("sqrt(1+sqrt(1+sqrt(x)))", "x", "1/(8 √x √(1 + √(1 + √x)) √(1 + √x))", lambda x: sqrt(1+sqrt(1+sqrt(x)))),
    ("((x^2+1)^3+x)^2", "x", "2 ((x² + 1)³ + x) (6x (x² + 1)² + 1)", lambda x: ((x**2+1)**3+x)**2),
    ("ln(sqrt(1+exp(sin(x))))", "x", "σ(sin(x)) cos(x)/2", lambda x: log(sqrt(1+exp(sin(x))))),
    ("exp(x)", "x", "exp(x)", lambda x: exp(x)),
    ("exp(2x+1)", "x", "2 exp(2x + 1)", lambda x: exp(2*x+1)),
    ("e^(-3x)", "x", "-3 e^(-3x)", lambda x: e**(-3*x)),
    ("2^x", "x", "2^x ln(2)", lambda x: 2**x),
    ("3^(x^2)", "x", "2x · 3^(x²) ln(3)", lambda x: 3**(x**2)),
    ("10^(-x)", "x", "-10^(-x) ln(10)", lambda x: 10**(-x)),
    ("ln(x)", "x", "1/x", lambda x: log(x)),
    ("ln(3x)", "x", "1/x", lambda x: log(3*x)),
    ("ln(x^2+1)", "x", "2x/(x² + 1)", lambda x: log(x**2+1)),
    ("log10(x)", "x", "1/(x ln(10))", lambda x: log(x, 10)),
    ("log2(x)", "x", "1/(x ln(2))", lambda x: log(x, 2)),
    ("log(x,3)", "x", "1/(x ln(3))", lambda x: log(x, 3)),
    ("x*ln(x)-x", "x", "ln(x)", lambda x: x*log(x)-x),
    ("ln(ln(x))", "x", "1/(x ln(x))", lambda x: log(log(x))),
    ("a^x", "x", "a^x ln(a)", lambda x, a: a**x),
    ("x^n", "x", "n x^(n - 1)", lambda x, n: x**n),
    ("x^a", "x", "a x^(a - 1)", lambda x, a: x**a),
    ("x^pi", "x", "π x^(π - 1)", lambda x: x**pi),
    ("x^x", "x", "x^x (ln(x) + 1)", lambda x: x**x),
    ("x^sin(x)", "x", "x^sin(x) (cos(x) ln(x) + sin(x)/x)", lambda x: x**sin(x)),
    ("(sin(x))^x", "x", "sin(x)^x (ln(sin(x)) + x cos(x)/sin(x))", lambda x: (sin(x))**x),
    ("(x^2+1)^x", "x", "(x² + 1)^x (ln(x² + 1) + 2x²/(x² + 1))", lambda x: (x**2+1)**x),
    ("x^(1/x)", "x", "x^(1/x) · (-ln(x)/x² + 1/x²)", lambda x: x**(1/x)),
    ("sin(x)", "x", "cos(x)", lambda x: sin(x)),
    ("cos(x)", "x", "-sin(x)", lambda x: cos(x)),
    ("tan(x)", "x", "1/cos²(x)", lambda x: tan(x)),
    ("cot(x)", "x", "-1/sin²(x)", lambda x: cot(x)),
    ("sec(x)", "x", "sec(x) tan(x)", lambda x: sec(x)),
    ("csc(x)", "x", "-csc(x) cot(x)", lambda x: csc(x)),
    ("asin(x)", "x", "1/√(1 - x²)", lambda x: asin(x)),
    ("acos(x)", "x", "-1/√(1 - x²)", lambda x: acos(x)),
    ("atan(x)", "x", "1/(1 + x²)", lambda x: atan(x)),
    ("sinh(x)", "x", "cosh(x)", lambda x: sinh(x)),
    ("cosh(x)", "x", "sinh(x)", lambda x: cosh(x)),
    ("tanh(x)", "x", "1 - tanh²(x)", lambda x: tanh(x)),
    ("asinh(x)", "x", "1/√(x² + 1)", lambda x: asinh(x)),
    ("acosh(x)", "x", "1/√(x² - 1)", lambda x: acosh(x)),
    ("atanh(x)", "x", "1/(1 - x²)", lambda x: atanh(x)),
    ("abs(x)", "x", "sign(x)", lambda x: abs(x)),
    ("sign(x)", "x", "0", lambda x: sign(x)),
    ("sigmoid(x)", "x", "σ(x) (1 - σ(x))", lambda x: sigmoid(x)),
    ("softplus(x)", "x", "σ(x)", lambda x: softplus(x)),
    ("relu(x)", "x", "{1 if x > 0; 0 otherwise}", lambda x: relu(x)),
    ("tan(2x)", "x", "2/cos²(2x)", lambda x: tan(2*x)),
    ("cot(x^2)", "x", "-2x/sin²(x²)", lambda x: cot(x**2)),
    ("sec(3x)", "x", "3 sec(3x) tan(3x)", lambda x: sec(3*x)),
    ("csc(x/2)", "x", "-csc(x/2) cot(x/2)/2", lambda x: csc(x/2)),
    ("asin(x/2)", "x", "1/(2 √(1 - x²/4))", lambda x: asin(x/2)),
    ("acos(x^2)", "x", "-2x/√(1 - x⁴)", lambda x: acos(x**2)),
    ("atan(2x+1)", "x", "2/(1 + (2x + 1)²)", lambda x: atan(2*x+1)),
    ("sinh(3x)", "x", "3 cosh(3x)", lambda x: sinh(3*x)),
    ("cosh(x^2)", "x", "2x sinh(x²)", lambda x: cosh(x**2)),
    ("tanh(w*x+b)", "x", "w (1 - tanh²(w x + b))", lambda x, b, w: tanh(w*x+b)),
    ("asinh(2x)", "x", "2/√(4x² + 1)", lambda x: asinh(2*x)),
    ("acosh(x^2+1)", "x", "2x/√((x² + 1)² - 1)", lambda x: acosh(x**2+1)),
    ("atanh(x/3)", "x", "1/(3 (1 - x²/9))", lambda x: atanh(x/3)),
    ("sigmoid(w*x+b)", "x", "w σ(w x + b) (1 - σ(w x + b))", lambda x, b, w: sigmoid(w*x+b)),
    ("softplus(w*x+b)", "x", "w σ(w x + b)", lambda x, b, w: softplus(w*x+b)),
    ("relu(w*x+b)", "x", "{w if w x + b > 0; 0 otherwise}", lambda x, b, w: relu(w*x+b)),
    ("|3x-2|", "x", "3 sign(3x - 2)", lambda x: abs(3*x-2)),
    ("|x|^2", "x", "2 |x| sign(x)", lambda x: abs(x)**2),
    ("max(x,0)", "x", "{1 if x > 0; 0 otherwise}", lambda x: max(x, 0)),
    ("max(0,1-x)", "x", "{-1 if 1 - x > 0; 0 otherwise}", lambda x: max(0, 1-x)),
    ("max(x,x^2,1)", "x", "{1 if x > 1 and x > x²; 2x if x² > 1; 0 otherwise}", lambda x: max(x, x**2, 1)),
    ("min(x^2,2x)", "x", "{2x if x² < 2x; 2 otherwise}", lambda x: min(x**2, 2*x)),
    ("piecewise((x^2,x<1),(2x-1,True))", "x", "{2x if x < 1; 2 otherwise}", lambda x: x**2 if x < 1 else 2*x-1),
    ("1/(1+exp(-x))", "x", "σ(x) (1 - σ(x))", lambda x: 1/(1+exp(-x))),
    ("1/(1+exp(-(w*x+b)))", "x", "w σ(w x + b) (1 - σ(w x + b))", lambda x, b, w: 1/(1+exp(-(w*x+b)))),
    ("ln(1+exp(x))", "x", "σ(x)", lambda x: log(1+exp(x))),
    ("ln(1+exp(-x))", "x", "-σ(-x)", lambda x: log(1+exp(-x))),
    ("x^2*exp(-x)/2", "x", "(2x exp(-x) - x² exp(-x))/2", lambda x: x**2*exp(-x)/2),
    ("4x^2*y+3x+y", "x", "8x y + 3", lambda x, y: 4*x**2*y+3*x+y),
    ("3x*y", "x", "3y", lambda x, y: 3*x*y),
    ("2x+3y", "x", "2", lambda x, y: 2*x+3*y),
    ("sqrt(x^2+y^2)", "x", "x/√(x² + y²)", lambda x, y: sqrt(x**2+y**2)),
    ("sin(x)cos(x)", "x", "cos²(x) - sin²(x)", lambda x: sin(x)*cos(x)),
    ("sin(x)+x^2*exp(x)", "x", "cos(x) + 2x exp(x) + x² exp(x)", lambda x: sin(x)+x**2*exp(x)),
    ("x/(2)", "x", "1/2", lambda x: x/(2)),
    ("(2x)^3", "x", "24x²", lambda x: (2*x)**3),
    ("x^2/(x+1)^2", "x", "2x/(x + 1)³", lambda x: x**2/(x+1)**2),
    ("exp(x)ln(x)", "x", "exp(x) ln(x) + exp(x)/x", lambda x: exp(x)*log(x)),
    ("(x-a)^2/(2s^2)", "x", "(x - a)/s²", lambda x, a, s: (x-a)**2/(2*s**2)),
    ("2*3*x", "x", "6", lambda x: 2*3*x),
    ("100(v-x^2)^2+(1-x)^2", "x", "-400x (v - x²) - 2 (1 - x)", lambda x, v: 100*(v-x**2)**2+(1-x)**2),
)

ROWS = {"x": [0.3, -1.1, 0.8], "y": [1.0, 0.0, 1.0], "x1": [0.3, -1.1, 0.8], "x2": [0.5, 0.2, -0.7], "n": 3,
        "m": 0.7, "b": -0.4, "w": 0.9, "lambda": 0.2, "a": 1.3, "c": 0.6, "k": 0.5, "p": 0.3, "w1": 0.4, "w2": -0.6}

OVER_ROWS = (
    ("sum((y-(m*x+b))^2)", "m", "-2 Σ xᵢ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: sum((s - (m * r + b)) ** 2 for r, s in zip(x, y))),
    ("sum((y-(m*x+b))^2)", "b", "-2 Σ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: sum((s - (m * r + b)) ** 2 for r, s in zip(x, y))),
    ("mean((y-(m*x+b))^2)", "m", "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y))),
    ("mean((y-(m*x+b))^2)", "b", "-2/n Σ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y))),
    ("mean((m*x+b-y)^2)", "m", "2/n Σ xᵢ (m xᵢ + b - yᵢ)",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y))),
    ("1/(2n)*sum((y-(m*x+b))^2)", "m", "-1/n Σ xᵢ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y)) / 2),
    ("sum((y-(m*x+b))^2)/(2n)", "b", "-1/n Σ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y)) / 2),
    ("1/2*mean((y-(m*x+b))^2)", "m", "-1/n Σ xᵢ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean((s - (m * r + b)) ** 2 for r, s in zip(x, y)) / 2),
    ("sqrt(mean((y-(m*x+b))^2))", "m", "-1/(n √(1/n Σ (yᵢ - (m xᵢ + b))²)) Σ xᵢ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: sqrt(mean((s - (m * r + b)) ** 2 for r, s in zip(x, y)))),
    ("sqrt(mean((y-(m*x+b))^2))", "b", "-1/(n √(1/n Σ (yᵢ - (m xᵢ + b))²)) Σ (yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: sqrt(mean((s - (m * r + b)) ** 2 for r, s in zip(x, y)))),
    ("mean((y-(a*x^2+b*x+c))^2)", "a", "-2/n Σ xᵢ² (yᵢ - (a xᵢ² + b xᵢ + c))",
     lambda x, y, a, b, c: mean((s - (a * r**2 + b * r + c)) ** 2 for r, s in zip(x, y))),
    ("mean((y-(w1*x1+w2*x2+b))^2)", "w2", "-2/n Σ x2ᵢ (yᵢ - (w1 x1ᵢ + w2 x2ᵢ + b))",
     lambda x1, x2, y, w1, w2, b: mean((s - (w1 * r + w2 * q + b)) ** 2 for r, q, s in zip(x1, x2, y))),
    ("mean((y-a*exp(k*x))^2)", "k", "-2a/n Σ xᵢ exp(k xᵢ) (yᵢ - a exp(k xᵢ))",
     lambda x, y, a, k: mean((s - a * exp(k * r)) ** 2 for r, s in zip(x, y))),
    ("mean((y-w*x)^2)+lambda*w^2", "w", "-2/n Σ xᵢ (yᵢ - w xᵢ) + 2λ w",
     lambda x, y, w: mean((s - w * r) ** 2 for r, s in zip(x, y)) + mpf(ROWS["lambda"]) * w**2),
    ("mean((y-w*x)^2)+w^2/10", "w", "-2/n Σ xᵢ (yᵢ - w xᵢ) + w/5",
     lambda x, y, w: mean((s - w * r) ** 2 for r, s in zip(x, y)) + w**2 / 10),
    ("mean(ln(1+exp(-y*(w*x+b))))", "w", "-1/n Σ yᵢ xᵢ σ(-yᵢ (w xᵢ + b))",
     lambda x, y, w, b: mean(log(1 + exp(-s * (w * r + b))) for r, s in zip(x, y))),
    ("mean(ln(1+exp(-y*(w*x+b))))", "b", "-1/n Σ yᵢ σ(-yᵢ (w xᵢ + b))",
     lambda x, y, w, b: mean(log(1 + exp(-s * (w * r + b))) for r, s in zip(x, y))),
    ("mean(-y*ln(sigmoid(w*x+b))-(1-y)*ln(1-sigmoid(w*x+b)))", "w", "1/n Σ xᵢ (σ(w xᵢ + b) - yᵢ)",
     lambda x, y, w, b: mean(-s * log(sigmoid(w * r + b)) - (1 - s) * log(1 - sigmoid(w * r + b)) for r, s in zip(x, y))),
    ("mean(-y*ln(sigmoid(w*x+b))-(1-y)*ln(1-sigmoid(w*x+b)))", "b", "1/n Σ (σ(w xᵢ + b) - yᵢ)",
     lambda x, y, w, b: mean(-s * log(sigmoid(w * r + b)) - (1 - s) * log(1 - sigmoid(w * r + b)) for r, s in zip(x, y))),
    ("mean(softplus(w*x+b)-y*(w*x+b))", "w", "1/n Σ xᵢ (σ(w xᵢ + b) - yᵢ)",
     lambda x, y, w, b: mean(softplus(w * r + b) - s * (w * r + b) for r, s in zip(x, y))),
    ("-mean(y*ln(p)+(1-y)*ln(1-p))", "p", "-1/n Σ (yᵢ/p - (1 - yᵢ)/(1 - p))",
     lambda y, p: -mean(s * log(p) + (1 - s) * log(1 - p) for s in y)),
    ("mean((y-sigmoid(w*x+b))^2)", "w", "-2/n Σ xᵢ σ(w xᵢ + b) (yᵢ - σ(w xᵢ + b)) (1 - σ(w xᵢ + b))",
     lambda x, y, w, b: mean((s - sigmoid(w * r + b)) ** 2 for r, s in zip(x, y))),
    ("mean((y-tanh(w*x+b))^2)", "w", "-2/n Σ xᵢ (yᵢ - tanh(w xᵢ + b)) (1 - tanh²(w xᵢ + b))",
     lambda x, y, w, b: mean((s - tanh(w * r + b)) ** 2 for r, s in zip(x, y))),
    ("mean(|y-(m*x+b)|)", "m", "-1/n Σ xᵢ sign(yᵢ - (m xᵢ + b))",
     lambda x, y, m, b: mean(abs(s - (m * r + b)) for r, s in zip(x, y))),
    ("mean(max(0,1-y*(w*x+b)))", "w", "1/n Σ {-yᵢ xᵢ if 1 - yᵢ (w xᵢ + b) > 0; 0 otherwise}",
     lambda x, y, w, b: mean(max(0, 1 - s * (w * r + b)) for r, s in zip(x, y))),
    ("mean(relu(w*x+b))", "w", "1/n Σ {xᵢ if w xᵢ + b > 0; 0 otherwise}",
     lambda x, w, b: mean(relu(w * r + b) for r in x)),
    ("mean(sqrt(1+(y-m*x)^2))", "m", "-1/n Σ xᵢ (yᵢ - m xᵢ)/√(1 + (yᵢ - m xᵢ)²)",
     lambda x, y, m: mean(sqrt(1 + (s - m * r) ** 2) for r, s in zip(x, y))),
    ("mean(w*x)", "w", "1/n Σ xᵢ", lambda x, w: mean(w * r for r in x)),
    ("sum(w)", "w", "n", lambda w: 3 * w),
    ("sum(w^2-3)", "w", "2n w", lambda w: 3 * (w**2 - 3)),
    ("sum(y*w1+x*w2)", "w1", "Σ yᵢ", lambda x, y, w1, w2: sum(s * w1 + r * w2 for r, s in zip(x, y))),
)

UGLY = re.compile(r"· -|\+ -|- -|--|[+·] 0(?![.\d])|(?<![\w.])0 ·|(?<![\w.])1[a-zα-ω]|\^1(?![\d.])|/1(?![\d.])")
UGLY_LATEX = re.compile(r"\\cdot -|\+ -|- -|\^\{1\}|\\frac\{[^{}]*\}\{1\}")


def names(case):
    return f"{case[0]} by {case[1]}"


@pytest.mark.parametrize("formula, letter, last, function", CORPUS, ids=map(names, CORPUS))
def test_ends_in_the_textbook_form_and_in_the_right_number(formula, letter, last, function, number_of, slope_of):
    derivation = sc.derive(formula, letter)
    assert sc.text(derivation.result) == last
    point = {**LETTERS, "x": ELSEWHERE.get(formula, LETTERS["x"])}
    assert mpmath.almosteq(number_of(derivation.result, point), slope_of(function, letter, point), 1e-12, 1e-12)


@pytest.mark.parametrize("formula, letter, last, function", OVER_ROWS, ids=map(names, OVER_ROWS))
def test_sums_over_the_rows(formula, letter, last, function, number_of, slope_of):
    derivation = sc.derive(formula, letter)
    assert sc.text(derivation.result) == last
    assert mpmath.almosteq(number_of(derivation.result, ROWS), slope_of(function, letter, ROWS), 1e-12, 1e-12)


@pytest.mark.parametrize("formula, letter", [case[:2] for case in (*CORPUS, *OVER_ROWS)],
                         ids=map(names, (*CORPUS, *OVER_ROWS)))
def test_every_line_is_proved_named_reasoned_and_clean(formula, letter):
    derivation = sc.derive(formula, letter)
    first, *others = derivation.lines
    assert first.rule is None and first.because == ""
    assert first.expression == sympy.Derivative(derivation.expression, derivation.variable, evaluate=False)
    assert derivation.result == derivation.lines[-1].expression
    assert not derivation.result.has(sympy.Derivative)
    assert derivation.proof.passed
    assert {check.line for check in derivation.proof.checks} == set(range(1, len(derivation.lines)))
    assert all(line.rule.name and line.rule.formula and line.because.strip() for line in others)
    shown = [sc.text(line.expression) for line in derivation.lines]
    assert not [line for line in shown if UGLY.search(line)]
    assert not [line for line in map(sc.latex, (line.expression for line in others)) if UGLY_LATEX.search(line)]
    assert not [line for line, after in pairwise(shown) if line == after]


# The two partials of the mean squared error, however it is written

MEAN_SQUARED_ERROR = {"m": "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))", "b": "-2/n Σ (yᵢ - (m xᵢ + b))"}


def with_operators():
    m, b = sc.parameters("m b")
    x, y = sc.columns("x y")
    return sc.mean((y - (m * x + b)) ** 2)


@pytest.mark.parametrize("loss", [
    sc.Loss(with_operators()),
    sc.Loss("mean((y - (m*x + b))^2)", columns="x y"),
    sc.Loss("Sum((y[i] - (m*x[i] + b))**2, (i, 1, n))/n"),
    sc.mean_squared_error("y", sc.line("x")),
], ids=["operators", "text", "SymPy's syntax", "catalogue"])
@pytest.mark.parametrize("letter", "mb")
def test_partials_of_the_mean_squared_error(loss, letter):
    assert sc.text(loss.derive(letter).result) == MEAN_SQUARED_ERROR[letter]
    assert sc.text(loss.gradient()[letter].result) == MEAN_SQUARED_ERROR[letter]


# Detail

@pytest.mark.parametrize("formula, letter, brief, normal, full", [
    ("7", "x", 2, 2, 2),
    ("3x^2 - 11", "x", 3, 6, 6),
    ("(2x+1)(x-3)", "x", 3, 7, 9),
    ("x^2*sin(3x)", "x", 5, 7, 7),
    ("mean((y-(m*x+b))^2)", "m", 5, 10, 12),
])
def test_detail_sets_how_much_happens_on_one_line(formula, letter, brief, normal, full):
    derivations = [sc.derive(formula, letter, detail=detail) for detail in ("brief", "normal", "full")]
    assert [len(derivation.lines) for derivation in derivations] == [brief, normal, full]
    assert len({derivation.result for derivation in derivations}) == 1
    assert all(derivation.proof.passed for derivation in derivations)


def test_unknown_detail_is_refused():
    with pytest.raises(sc.LossError, match="detail is one of brief, normal, full, not 'verbose'"):
        sc.derive("x^2", "x", detail="verbose")


# A part that occurs twice is differentiated once

def test_a_repeated_part_is_opened_once_and_referred_to():
    derivation = sc.derive("x*ln(x) - x", "x")
    assert [line.rule.name for line in derivation.lines[1:]] == [
        "sum rule", "identity rule", "product rule", "derivative of the natural logarithm", "simplify the product",
        "collect like terms"]
    reasons = [line.because for line in sc.derive("exp(x)/(1+exp(x))", "x").lines]
    assert "differentiate term by term; the slope of exp(x) is known from above" in reasons


def test_the_parts_of_a_large_repeated_expression_are_shared():
    inner = "ln(1+exp(sin(x)))"
    once, thrice = (sc.derive(formula, "x") for formula in (f"({inner})^2", f"({inner})^2 + 3*{inner} + ({inner})^3"))
    assert len(thrice.lines) <= len(once.lines) + 4


# Whole derivations as they are read; SYMCALC_BLESS=1 writes them anew: read them before keeping them

GOLDEN = {
    "polynomial": ("2x^3 - 5x^2 + 7x - 1", "x"),
    "product-and-chain": ("x^2*sin(3x)", "x"),
    "quotient": ("(x^2 - 1)/(x^2 + 1)", "x"),
    "quotient-that-cancels": ("x^2/(x + 1)^2", "x"),
    "chain-of-three": ("ln(cos(e^(2x)))", "x"),
    "general-power": ("x^sin(x)", "x"),
    "sigmoid": ("1/(1 + exp(-x))", "x"),
    "no-rule": ("3*digamma(x^2)", "x"),
    "mean-squared-error-m": ("mean((y - (m*x + b))^2)", "m"),
    "mean-squared-error-b": ("mean((y - (m*x + b))^2)", "b"),
    "root-mean-squared-error": ("sqrt(mean((y - m*x)^2))", "m"),
    "ridge": ("mean((y - w*x)^2) + lambda*w^2", "w"),
    "logistic": ("mean(-y*ln(sigmoid(w*x + b)) - (1 - y)*ln(1 - sigmoid(w*x + b)))", "w"),
    "hinge": ("mean(max(0, 1 - y*(w*x + b)))", "w"),
    "softmax-cross-entropy": ("-ln(exp(a)/(exp(a) + exp(b) + exp(c)))", "a"),
    "log-sum-exp": ("mean(logsumexp(w1*x, w2*x, 0) - w1*x)", "w1"),
    "change-of-base": ("log(x^2, x + 1)", "x"),
}
FOLDER = Path(__file__).parent / "golden"


@pytest.mark.parametrize("medium, suffix", [(lambda page: text.render(page, width=100) + "\n", "txt"),
                                            (lambda page: latex.render(page, standalone=False), "tex")], ids=["text", "latex"])
@pytest.mark.parametrize("name", GOLDEN)
def test_whole_derivation(name, medium, suffix):
    shown = medium(sc.derive(*GOLDEN[name]).document())
    known = FOLDER / f"{name}.{suffix}"
    if os.environ.get("SYMCALC_BLESS"):
        known.write_text(shown, encoding="utf-8")
    assert shown == known.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over():
    assert {path.stem for path in FOLDER.iterdir()} == set(GOLDEN)


# As an object

def test_it_is_a_sympy_expression_where_one_is_asked_for():
    assert sympy.sympify(sc.derive("x^3", "x")) == 3 * sc.parameters("x") ** 2


def test_str_repr_and_media():
    derivation = sc.derive("3x^2", "x")
    assert str(derivation).startswith("d/dx (3x²)\n  = 3 · d/dx x²")
    assert repr(derivation) == "<derivation of 3x² by x: 4 lines>"
    assert derivation._repr_mimebundle_().keys() == {"text/plain", "text/latex", "text/html"}


ODD_NAMES = ("lambda", "beta", "gamma", "S", "E", "I", "N", "Q", "O", "zeta", "exp_", "None_")


def read_back(source, values):
    """The number that SymPy has for the text, with 3 rows."""
    expression = sympy.sympify(source).subs("n", 3).doit()
    expression = expression.xreplace({part: sympy.Float(values[part.base.label.name][int(part.indices[0]) - 1], 30)
                                      for part in expression.atoms(sympy.Indexed)})
    letters = {symbol: sympy.Float(values[symbol.name], 30) for symbol in expression.free_symbols}
    return mpf(str(expression.subs(letters).evalf(20)))


@pytest.mark.parametrize("formula, letter", [
    ("k^2*sin(k)", "k"),
    ("softplus(k)+relu(k)+0.1*k^2.5", "k"),
    ("mean((y-(m*x+b))^2)", "m"),
    ("mean(max(0,1-y*(w*x+b)))", "w"),
    ("mean(-y*ln(sigmoid(w*x+b))-(1-y)*ln(1-sigmoid(w*x+b)))", "w"),
    *((f"{name}^2*k + mean({name}*y)", name) for name in ODD_NAMES),
])
def test_as_dict_is_the_contract_and_its_sympy_reads_back(formula, letter, number_of):
    derivation = sc.derive(formula, letter)
    plain = json.loads(json.dumps(derivation.as_dict()))
    assert list(plain) == ["expression", "wrt", "lines", "result", "proof", "kinks"]
    assert plain["wrt"] == derivation.variable.name
    assert {tuple(line) for line in plain["lines"]} == {("text", "latex", "sympy", "rule", "formula", "because")}
    assert list(plain["result"]) == ["text", "latex", "sympy"]
    assert plain["proof"] == {"passed": True, "checks": len(derivation.proof.checks)}
    assert [line["rule"] for line in plain["lines"]] == [None, *(line.rule.name for line in derivation.lines[1:])]
    values = {**dict.fromkeys(ODD_NAMES, 0.8), **ROWS}
    wanted = number_of(derivation.result, values)
    for line in (*plain["lines"], plain["result"]):
        assert mpmath.almosteq(read_back(line["sympy"], values), wanted, 1e-12), line["text"]


# Random expressions: text and plain Python grow side by side

def grown(rng, depth):
    """A formula and the same function in Python, real everywhere."""
    if depth == 0 or rng.random() < 0.1:
        digits = rng.choice(("2", "0.5", "3"))
        return (digits, lambda x: mpf(digits)) if rng.random() < 0.4 else ("x", lambda x: x)
    (t, f), (s, g) = grown(rng, depth - 1), grown(rng, depth - 1)
    return rng.choice([
        (f"sin({t})", lambda x: sin(f(x))), (f"cos({t})", lambda x: cos(f(x))), (f"atan({t})", lambda x: atan(f(x))),
        (f"tanh({t})", lambda x: tanh(f(x))), (f"exp(sin({t}))", lambda x: exp(sin(f(x)))),
        (f"sqrt(1 + ({t})^2)", lambda x: sqrt(1 + f(x) ** 2)), (f"ln(2 + cos({t}))", lambda x: log(2 + cos(f(x)))),
        (f"({t})^2", lambda x: f(x) ** 2), (f"({t})^3", lambda x: f(x) ** 3), (f"-({t})", lambda x: -f(x)),
        (f"1/(2 + ({t})^2)", lambda x: 1 / (2 + f(x) ** 2)), (f"({t})/4", lambda x: f(x) / 4),
        (f"({t}) + ({s})", lambda x: f(x) + g(x)), (f"({t}) - ({s})", lambda x: f(x) - g(x)),
        (f"({t})*({s})", lambda x: f(x) * g(x)), (f"({t})*({s})", lambda x: f(x) * g(x)),
        (f"({t})/(3 + sin({s}))", lambda x: f(x) / (3 + sin(g(x)))),
        (f"(2 + cos({t}))^({s})", lambda x: (2 + cos(f(x))) ** g(x)),
    ])


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed, number_of, slope_of):
    formula, function = grown(random.Random(seed), depth=1 + seed % 4)
    began = time.perf_counter()
    derivation = sc.derive(formula, "x")
    assert time.perf_counter() - began < 1
    assert derivation.proof.passed
    assert not [line for line in derivation.lines if UGLY.search(sc.text(line.expression))]
    for x in (0.7, -1.3):
        found, wanted = number_of(derivation.result, {"x": x}), slope_of(lambda x: function(x), "x", {"x": x})
        assert mpmath.almosteq(found, wanted, 1e-10, 1e-10)


@pytest.mark.parametrize("formula, letter", [("mean(w*x)", "n"), ("mean(w*x)", "i"), ("mean(w*x[i])", "x")])
def test_rows_and_columns_are_no_letters_to_differentiate_by(formula, letter):
    with pytest.raises(sc.SymcalcError, match=letter):
        sc.derive(formula, letter)


def test_a_letter_that_is_a_column_as_well_is_refused():
    u, w = sc.parameters("u w")
    with pytest.raises(sc.LossError, match="both a parameter and a column"):
        sc.derive(u + sc.sum_rows(sc.columns("u") * w), "w")


def test_the_inside_is_not_called_u_where_the_learner_has_a_u():
    assert "u = " not in sc.derive("(u*x + 1)^2", "x").lines[1].because
    assert "u = 3x + 1" in sc.derive("(3x + 1)^2", "x").lines[1].because


def test_a_sum_that_only_starts_with_a_sigma_is_bracketed():
    first = sc.derive("sum((y-w*x)^2) + lambda*w^2", "w").lines[0].expression
    assert sc.text(first) == "d/dw (Σ (yᵢ - w xᵢ)² + λ w²)"
