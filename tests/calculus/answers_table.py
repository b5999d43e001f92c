"""What learners answer: wrong answers with the mistake that was made, and right ones in odd forms, all by hand."""

M = "mean((y - (m*x + b))^2)"
RSS = "sum((y - (m*x + b))^2)"
HALF = "1/(2n)*sum((y - (m*x + b))^2)"
LOGISTIC = "-mean(y*ln(sigmoid(w*x+b)) + (1-y)*ln(1-sigmoid(w*x+b)))"

FORGOTTEN = "inner derivative forgotten"
INSIDE = "inner derivative left unevaluated"
TWO = "the 2 dropped"
NOT_DOWN = "exponent not brought down"
NOT_LOWERED = "exponent not lowered"
FACTOR_ONLY = "exponent kept as a factor only"
RAISED = "exponent raised instead of lowered"
COUNT = "the 1/n dropped"
CONSTANT_FACTOR = "a constant factor dropped"
PRODUCT = "product rule as product of derivatives"
HALF_PRODUCT = "one half of the product rule forgotten"
MINUS = "minus in the product rule"
SWAPPED = "quotient order swapped"
PLUS = "plus in the quotient rule"
QUOTIENT = "quotient rule as quotient of derivatives"
NOT_SQUARED = "denominator not squared"
HALF_QUOTIENT = "one half of the quotient rule forgotten"
RECIPROCAL = "reciprocal of the derivative"
EXPONENTIAL = "power rule used on an exponential"
LN = "ln of the base dropped"
INNER_SIGN = "sign of the inner derivative lost"
OUTER_SIGN = "sign of the outer derivative wrong"
TERM_SIGN = "sign of a term lost"
OUTER_KEPT = "outer function kept"
OF_INNER = "outer function of the inner derivative"
AT_INNER = "outer derivative at the inner derivative"
ONLY_INNER = "only the inner derivative"
ADDED = "inner derivative added"
KEPT = "a constant kept"
TO_ONE = "a constant differentiated to 1"
ONE_CASE = "one case used everywhere"
FUNCTION = "derivative of the function wrong"
LEFT_OUT = "a term left out"
OTHER = "the other letter differentiated"
BRACKETS = "brackets lost"
SPREAD = "power of a sum taken term by term"
INTEGRATED = "integrated instead"
NO_SUM = "the sum dropped"
SIGN = "overall sign wrong"
FACTOR = "off by a factor"
NOTHING = "not differentiated"
LETTER = "wrong letter as a factor"
ROUNDED = "a number rounded"
STRANGE = "a letter that the problem does not have"
SUM_OF_SLOPES = "product rule as sum of derivatives"
LOST = "inside of the function lost"
TWICE = "differentiated twice"
TREATED = "treated as a constant"
FACTOR_LOWERED = "factor lowered instead of the exponent"
CONSTANT_CHANGED = "a constant factor differentiated too"
TOO_MANY = "a 1/n too many"

# (problem, letter, wrong answer, the mistake)
WRONG = (
    # the chain rule
    ("(2x+1)^3", "x", "3(2x+1)^2", FORGOTTEN),
    ("(3x^2+10x)^3", "x", "3(3x^2+10x)^2", FORGOTTEN),
    ("(.5x+3)^2", "x", "2(.5x+3)", FORGOTTEN),
    ("sin(3x)", "x", "cos(3x)", FORGOTTEN),
    ("e^(2x)", "x", "e^(2x)", FORGOTTEN),
    ("ln(5x+2)", "x", "1/(5x+2)", FORGOTTEN),
    ("sqrt(x^2+1)", "x", "1/(2 sqrt(x^2+1))", FORGOTTEN),
    ("cos(x^2)", "x", "-sin(x^2)", FORGOTTEN),
    ("sin(cos(x))", "x", "cos(cos(x))", FORGOTTEN),
    ("e^(sin(x^2))", "x", "e^(sin(x^2))*cos(x^2)", FORGOTTEN),
    ("ln(sin(3x))", "x", "cos(3x)/sin(3x)", FORGOTTEN),
    ("sigmoid(w*x+b)", "w", "sigmoid(w*x+b)*(1-sigmoid(w*x+b))", FORGOTTEN),
    ("(y-(m*x+b))^2", "m", "2(y-(m*x+b))", FORGOTTEN),
    ("(3x^2+10x)^3", "x", "3(3x^2+10x)^2*(3x^2+10x)", INSIDE),
    ("sin(x^2)", "x", "x^2*cos(x^2)", INSIDE),
    ("e^(x^2)", "x", "x^2*e^(x^2)", INSIDE),
    ("(3x^2+10x)^3", "x", "3(3x^2+10x)^2 + 6x + 10", ADDED),
    ("sin(x^2)", "x", "cos(x^2)+2x", ADDED),
    ("sin(x^2)", "x", "cos(2x)", AT_INNER),
    ("(x^2+1)^3", "x", "3*(2x)^2", AT_INNER),
    ("sin(x^2)", "x", "2x*cos(2x)", AT_INNER),
    ("ln(x^2+1)", "x", "ln(2x)", OF_INNER),
    ("(3x^2+10x)^3", "x", "(6x+10)^3", OF_INNER),
    ("(.5x+3)^2", "x", "1/2", ONLY_INNER),
    ("sin(x^2)", "x", "2x", ONLY_INNER),
    ("sin(x^2)", "x", "2x*sin(x^2)", OUTER_KEPT),
    ("(2x+1)^4", "x", "2(2x+1)^4", OUTER_KEPT),
    # powers
    ("x^3", "x", "3x^3", NOT_LOWERED),
    ("3x^5", "x", "15x^5", NOT_LOWERED),
    ("(2x+1)^3", "x", "6(2x+1)^3", NOT_LOWERED),
    ("x^3", "x", "x^2", NOT_DOWN),
    ("3x^5", "x", "3x^4", NOT_DOWN),
    ("x^4", "x", "4x", FACTOR_ONLY),
    ("x^3-6x^2", "x", "3x-12x", FACTOR_ONLY),
    ("x^(-2)", "x", "-2x^(-1)", RAISED),
    ("x^3", "x", "3x^4", RAISED),
    ("sqrt(x)", "x", "1/sqrt(x)", TWO),
    ("sqrt(x)", "x", "sqrt(x)/2", NOT_LOWERED),
    ("(x-4)^2", "x", "x-4", TWO),
    ("3x^2-11", "x", "3x", TWO),
    ("1/x", "x", "1/x^2", OUTER_SIGN),
    ("1/(x^2+1)", "x", "1/(2x)", RECIPROCAL),
    ("1/x^5", "x", "1/(5x^4)", RECIPROCAL),
    ("1/x^n", "x", "-n/x^(n-1)", RAISED),
    ("1/(x+1)^5", "x", "-5/(x+1)^4", RAISED),
    ("1/x", "x", "ln(x)", INTEGRATED),
    # exponentials
    ("2^x", "x", "x*2^(x-1)", EXPONENTIAL),
    ("e^x", "x", "x*e^(x-1)", EXPONENTIAL),
    ("1/e^x", "x", "-x*e^(-x-1)", EXPONENTIAL),
    ("1/e^x", "x", "1/e^x", FORGOTTEN),
    ("1/2^x", "x", "-1/2^x", LN),
    ("a^x", "x", "x*a^(x-1)", EXPONENTIAL),
    ("e^(3x)", "x", "3x*e^(3x-1)", EXPONENTIAL),
    ("10^(2x)", "x", "2*10^(2x)", LN),
    ("3^x+x", "x", "3^x+1", LN),
    # products
    ("x^2*sin(x)", "x", "2x*cos(x)", PRODUCT),
    ("x*e^x", "x", "e^x", PRODUCT),
    ("x^2*ln(x)", "x", "2x*ln(x)", HALF_PRODUCT),
    ("x^2*sin(x)", "x", "x^2*cos(x)", HALF_PRODUCT),
    ("x^2*e^x", "x", "2x*e^x - x^2*e^x", MINUS),
    ("(2x+1)(x-3)", "x", "2", PRODUCT),
    ("x*sin(x)*e^x", "x", "cos(x)*e^x", PRODUCT),
    # quotients
    ("x^2/(3x+1)", "x", "(3x^2-2x*(3x+1))/(3x+1)^2", SWAPPED),
    ("sin(x)/x", "x", "(sin(x)-x*cos(x))/x^2", SWAPPED),
    ("x^2/(3x+1)", "x", "2x/3", QUOTIENT),
    ("sin(x)/x", "x", "cos(x)", QUOTIENT),
    ("x^2/(3x+1)", "x", "(2x*(3x+1)-3x^2)/(3x+1)", NOT_SQUARED),
    ("x^2/(3x+1)", "x", "2x*(3x+1)-3x^2", NOT_SQUARED),
    ("sin(x)/x", "x", "(x*cos(x)+sin(x))/x^2", PLUS),
    ("e^x/(1+e^x)", "x", "e^x/(1+e^x)", NOTHING),
    ("(x+1)/(x-1)", "x", "1", QUOTIENT),
    ("x/(x^2+1)", "x", "1/(x^2+1)", HALF_QUOTIENT),
    # functions
    ("cos(x)", "x", "sin(x)", OUTER_SIGN),
    ("sin(x)", "x", "-cos(x)", OUTER_SIGN),
    ("x*cos(x)", "x", "cos(x)+x*sin(x)", OUTER_SIGN),
    ("tan(x)", "x", "1/sin(x)^2", FUNCTION),
    ("tan(3x)", "x", "3 sec(3x)tan(3x)", FUNCTION),
    ("atan(x)", "x", "1/sqrt(1-x^2)", FUNCTION),
    ("atan(2x)", "x", "2/(1-4x^2)", FUNCTION),
    ("asin(x)", "x", "1/sqrt(1+x^2)", FUNCTION),
    ("tanh(x)", "x", "1+tanh(x)^2", FUNCTION),
    ("sigmoid(x)", "x", "sigmoid(x)(1+sigmoid(x))", FUNCTION),
    ("|x-2|", "x", "1", ONE_CASE),
    ("max(x,0)", "x", "1", ONE_CASE),
    ("relu(3x)", "x", "3", ONE_CASE),
    # constants and letters
    ("x^2+b", "x", "2x+b", KEPT),
    ("4x+15", "x", "4+15", KEPT),
    ("4x+15", "x", "4x", "the variable not differentiated"),
    ("3x^2-11", "x", "6x-11", KEPT),
    ("x^2+c", "x", "2x+1", TO_ONE),
    ("(x^2+5)^3", "x", "3(x^2+5)^2*(2x+1)", TO_ONE),
    ("5sin(x)", "x", "cos(x)", CONSTANT_FACTOR),
    ("a*x^2", "x", "2x", CONSTANT_FACTOR),
    ("4x^2*y+3x+y", "x", "4x^2+1", OTHER),
    ("3x*y", "x", "3x", OTHER),
    ("x^2+y^3", "x", "3y^2", OTHER),
    ("2x^2-8x", "x", "4x+8", TERM_SIGN),
    ("-3x^2+30x", "x", "6x+30", TERM_SIGN),
    ("4x^2*y+3x+y", "x", "8x*y", LEFT_OUT),
    # as a whole
    ("3x^2", "x", "x^3", INTEGRATED),
    ("x^3", "x", "x^4/4", INTEGRATED),
    ("cos(2x)", "x", "sin(2x)/2", INTEGRATED),
    ("x^2+x", "x", "x^2+x", NOTHING),
    ("2x^2-8x", "x", "8-4x", SIGN),
    ("x^3+x", "x", "2(3x^2+1)", FACTOR),
    ("(5+2x)^2", "x", "4x", BRACKETS),
    ("(x+3)^2", "x", "2x", SPREAD),
    ("x^2-(3x-x^3)", "x", "2x-3-3x^2", BRACKETS),
    ("3(x^2+x)", "x", "6x+1", BRACKETS),
    ("x^2/3", "x", "0.667x", ROUNDED),
    ("x^2+1", "x", "2t", STRANGE),
    # losses over rows
    (M, "m", "2*(y-(m*x+b))*x", INNER_SIGN),
    (M, "m", "2/n*sum((y-(m*x+b))*x)", INNER_SIGN),
    (M, "b", "2/n*sum(y-(m*x+b))", FORGOTTEN),
    (M, "m", "-2*(y-(m*x+b))*x", NO_SUM),
    (M, "m", "-2/n*(y-(m*x+b))*x", NO_SUM),
    (M, "m", "-2*sum(x*(y-(m*x+b)))", COUNT),
    (M, "m", "-1/n*sum(x*(y-(m*x+b)))", TWO),
    (M, "m", "-2/n*sum(y-(m*x+b))", OTHER),
    (M, "b", "-2/n*sum(x*(y-(m*x+b)))", OTHER),
    (M, "m", "-2/n*sum(x*(y-m*x+b))", BRACKETS),
    (M, "m", "-2/n*sum(y*(y-(m*x+b)))", LETTER),
    (M, "m", "2/n*sum(y-(m*x+b))", FORGOTTEN),
    (RSS, "m", "-sum(x*(y-(m*x+b)))", TWO),
    (RSS, "b", "-2*(y-(m*x+b))", NO_SUM),
    (RSS, "m", "sum(2(y-(m*x+b))*(-x-1))", TO_ONE),
    (RSS, "b", "sum(2(y-(m*x+b))*(-m*x-1))", KEPT),
    (HALF, "m", "-2/n*sum(x*(y-(m*x+b)))", CONSTANT_FACTOR),
    (HALF, "m", "-sum(x*(y-(m*x+b)))", COUNT),
    (HALF, "b", "1/n*sum(y-(m*x+b))", FORGOTTEN),
    (LOGISTIC, "w", "mean(sigmoid(w*x+b)-y)", FORGOTTEN),
    (LOGISTIC, "w", "mean((y-sigmoid(w*x+b))*x)", SIGN),
    (LOGISTIC, "b", "sum(sigmoid(w*x+b)-y)", COUNT),
    (LOGISTIC, "w", "(sigmoid(w*x+b)-y)*x", NO_SUM),
    ("mean(|y-m*x|)", "m", "-mean(x)", ONE_CASE),
    ("sqrt(mean((y-m*x)^2))", "m", "1/(2*sqrt(mean((y-m*x)^2)))", FORGOTTEN),
    ("mean(ln(1+e^(-y*w*x)))", "w", "mean(1/(1+e^(-y*w*x)))", FORGOTTEN),
    # the classic mistake before a coincidence
    ("x/(x^2+1)", "x", "(x^2-1)/(x^2+1)^2", SWAPPED),
    ("(.5x+3)^2", "x", "2*.5", AT_INNER),
    ("ln(x)^2", "x", "2/x", AT_INNER),
    ("sin(x)^2", "x", "2cos(x)", AT_INNER),
    ("2^x", "x", "2^x", LN),
    ("1/(2x+1)", "x", "-2/(2x+1)", NOT_SQUARED),
    ("6/x", "x", "-6/x", NOT_SQUARED),
    ("mean((y-m*x)^2)+r*m^2", "m", "-2x*(y-m*x)+2r*m", NO_SUM),
    ("mean((y-m*x)^2)", "m", "-2/n^2*sum(x*(y-m*x))", TOO_MANY),
    ("mean((y-m*x)^2)", "m", "-1/n^2*sum(x*(y-m*x))", f"{TOO_MANY} and {TWO}"),
    # what teachers know
    ("x^3", "x", "6x", TWICE),
    ("x^2*sin(x)", "x", "2sin(x)+4x*cos(x)-x^2*sin(x)", TWICE),
    ("sin(x^2)", "x", "2x*cos(x)", LOST),
    ("e^(x^2)", "x", "2x*e^x", LOST),
    ("cos(x^3)", "x", "-3sin(x^2)", AT_INNER),
    ("x^2*sin(x)", "x", "2x+cos(x)", SUM_OF_SLOPES),
    ("exp(x)", "x", "x*exp(x)", EXPONENTIAL),
    ("10^x", "x", "x*10^x", EXPONENTIAL),
    ("2^x", "x", "x*2^x*ln(2)", EXPONENTIAL),
    ("log10(x)", "x", "1/x", LN),
    ("x^5", "x", "4x^5", FACTOR_LOWERED),
    ("pi^2*x", "x", "2pi", CONSTANT_CHANGED),
    ("sin(2)*x", "x", "cos(2)*x", CONSTANT_CHANGED),
    ("x", "x", "0", TREATED),
    ("x^2", "x", "0", TREATED),
    ("(2x+1)^2", "x", "4x^2+1", SPREAD),
    ("erf(x)", "x", "e^(-x^2)", FUNCTION),
    # two mistakes at once
    ("(3x^2+10x)^3", "x", "(3x^2+10x)^2", f"{NOT_DOWN} and {FORGOTTEN}"),
    (M, "m", "-2*sum(y-(m*x+b))", f"{OTHER} and {COUNT}"),
)

# (problem, letter, right answer in another form)
RIGHT = (
    ("x^2", "x", "x+x"), ("x^2", "x", "2*x^1"), ("x^2", "x", "4x/2"), ("x^2", "x", "6x^2/(3x)"), ("x^2", "x", "(x+1)^2-x^2-1"),
    ("x^2", "x", "d/dx (x^2)"), ("x^2", "x", "diff(x^2, x)"), ("x^2", "x", "2·x"), ("x^2", "x", "2.0x"),
    ("3x^5", "x", "3*5x^4"), ("3x^5", "x", "15*x*x*x*x"), ("3x^5", "x", "15x^2*x^2"), ("3x^5", "x", "3 d/dx x^5"),
    ("x^2/2-x/3", "x", "x-1/3"), ("x^2/2-x/3", "x", "(3x-1)/3"), ("x^2/4", "x", "0.5x"), ("x^2/4", "x", "x/2"),
    ("(.5x+3)^2", "x", "2(.5x+3)*.5"), ("(.5x+3)^2", "x", ".5x+3"), ("(.5x+3)^2", "x", "x/2+3"), ("(.5x+3)^2", "x", "(x+6)/2"),
    ("(3x^2+10x)^3", "x", "3(3x^2+10x)^2*(6x+10)"), ("(3x^2+10x)^3", "x", "6x^2*(3x+10)^2*(3x+5)"),
    ("(3x^2+10x)^3", "x", "162x^5+1350x^4+3600x^3+3000x^2"), ("(3x^2+10x)^3", "x", "(18x+30)*x^2*(3x+10)^2"),
    ("(2x+1)(x-3)", "x", "2(x-3)+(2x+1)"), ("(2x+1)(x-3)", "x", "4x-5"), ("(2x+1)(x-3)", "x", "-(5-4x)"),
    ("x^2*sin(x)", "x", "x*(2 sin(x)+x*cos(x))"), ("x^2*sin(x)", "x", "2x*sin(x) + x^2*d/dx sin(x)"),
    ("x^2*sin(x)", "x", "sin(x)*d/dx (x^2) + x^2*cos(x)"), ("x^2*sin(x)", "x", "x^2*(2sin(x)/x+cos(x))"),
    ("sin(x)^2", "x", "sin(2x)"), ("sin(x)^2", "x", "2sin(x)cos(x)"), ("sin(x)^2", "x", "-2cos(x)*(-sin(x))"),
    ("cos(x)^2", "x", "-sin(2x)"), ("cos(2x)", "x", "-4 sin(x)cos(x)"), ("sin(x)", "x", "sqrt(cos(x)^2)*sign(cos(x))"),
    ("sin(x)*cos(x)", "x", "cos(2x)"), ("sin(x)*cos(x)", "x", "2cos(x)^2-1"), ("sin(x)*cos(x)", "x", "1-2sin(x)^2"),
    ("tan(x)", "x", "1+tan(x)^2"), ("tan(x)", "x", "sec(x)^2"), ("tan(x)", "x", "1/cos(x)^2"),
    ("tan(x)", "x", "2/(1+cos(2x))"), ("cot(x)", "x", "-csc(x)^2"), ("cot(x)", "x", "-(1+cot(x)^2)"),
    ("tanh(x)", "x", "1/cosh(x)^2"), ("tanh(x)", "x", "4/(e^x+e^(-x))^2"), ("tanh(x)", "x", "(1-tanh(x))(1+tanh(x))"),
    ("atan(x)", "x", "1/(x^2+1)"), ("asin(x)", "x", "(1-x^2)^(-1/2)"), ("asin(x)", "x", "1/sqrt((1-x)(1+x))"),
    ("ln(x)", "x", "x^(-1)"), ("ln(x)", "x", "1/|x|"), ("ln(x)", "x", "x/x^2"), ("ln(x^2)", "x", "2/x"),
    ("ln(|x|)", "x", "1/x"), ("ln(5x)", "x", "5/(5x)"), ("ln(5x)", "x", "1/x"),
    ("e^x", "x", "exp(x)"), ("e^(2x)", "x", "2*(e^x)^2"), ("e^(2x)", "x", "2e^x*e^x"), ("e^(-x)", "x", "-1/e^x"),
    ("2^x", "x", "ln(2)*e^(x*ln(2))"), ("2^x", "x", "2^x*ln(2)"), ("2^x", "x", "2^(x-1)*ln(4)"), ("2^x", "x", "2^x/log2(e)"),
    ("x^x", "x", "x^x*(ln(x)+1)"), ("x^x", "x", "e^(x*ln(x))*(1+ln(x))"),
    ("log10(x)", "x", "1/(x*ln(10))"), ("log10(x)", "x", "log10(e)/x"),
    ("sqrt(x)", "x", "1/(2 sqrt(x))"), ("sqrt(x)", "x", ".5x^(-.5)"), ("sqrt(x)", "x", "sqrt(x)/(2x)"), ("sqrt(x)", "x", "1/sqrt(4x)"),
    ("sqrt(x^2+1)", "x", "x/sqrt(x^2+1)"), ("sqrt(x^2+1)", "x", "x*(x^2+1)^(-1/2)"), ("sqrt(x^2+1)", "x", "2x/(2sqrt(1+x^2))"),
    ("1/x", "x", "-x^(-2)"), ("1/x", "x", "-1/x^2"), ("1/(x^2+1)", "x", "-2x/(x^2+1)^2"),
    ("1/(x^2+1)", "x", "-2x/(x^4+2x^2+1)"), ("x^2/(3x+1)", "x", "(2x*(3x+1)-3x^2)/(3x+1)^2"),
    ("x^2/(3x+1)", "x", "x*(3x+2)/(3x+1)^2"), ("x^2/(3x+1)", "x", "2x/(3x+1)-3x^2/(3x+1)^2"),
    ("x^2/(3x+1)", "x", "(d/dx (x^2)*(3x+1) - x^2*d/dx (3x+1))/(3x+1)^2"), ("x^2/(3x+1)", "x", "1/3-1/(3(3x+1)^2)"),
    ("sin(x)/x", "x", "cos(x)/x-sin(x)/x^2"), ("sin(x)/x", "x", "(x*cos(x)-sin(x))/x^2"),
    ("(x+1)/(x-1)", "x", "-2/(x-1)^2"), ("(x+1)/(x-1)", "x", "-2/(1-x)^2"), ("e^x/(1+e^x)", "x", "sigmoid(x)(1-sigmoid(x))"),
    ("|x|", "x", "x/|x|"), ("|x|", "x", "sign(x)"), ("|x|", "x", "|x|/x"), ("|x-2|", "x", "(x-2)/|x-2|"),
    ("|x|", "x", "piecewise((1, x > 0), (-1, True))"), ("x*|x|", "x", "2|x|"), ("x*|x|", "x", "2 sqrt(x^2)"),
    ("max(x,0)", "x", "piecewise((1, x > 0), (0, True))"), ("max(x,0)", "x", "(1+sign(x))/2"), ("max(x,0)", "x", "(1+x/|x|)/2"),
    ("relu(x)^2", "x", "2relu(x)"), ("relu(x)^2", "x", "x+|x|"),
    ("sigmoid(x)", "x", "sigmoid(x)(1-sigmoid(x))"), ("sigmoid(x)", "x", "e^(-x)/(1+e^(-x))^2"),
    ("sigmoid(x)", "x", "sigmoid(x)*sigmoid(-x)"), ("sigmoid(x)", "x", "1/(4cosh(x/2)^2)"), ("sigmoid(x)", "x", "sigmoid(x)-sigmoid(x)^2"),
    ("softplus(x)", "x", "1/(1+e^(-x))"), ("softplus(x)", "x", "e^x/(1+e^x)"), ("ln(1+e^(-z))", "z", "-1/(1+e^z)"),
    ("ln(1+e^(-z))", "z", "sigmoid(z)-1"), ("ln(cosh(x))", "x", "(e^x-e^(-x))/(e^x+e^(-x))"),
    ("4x^2*y+3x+y", "x", "8x*y+3"), ("4x^2*y+3x+y", "y", "1+(2x)^2"), ("3x*y", "x", "3y"), ("7", "x", "0"), ("y^2", "x", "0"),
    ("sin(x)^2+cos(x)^2", "x", "0"), ("x^2+5", "x", "2x+0"), ("a*x^2+b*x+c", "x", "b+2a*x"),
    ("(y-(m*x+b))^2", "m", "2 (y - (m x + b)) · d/dm (y - (m x + b))".replace("m x", "m*x")),
    ("(y-(m*x+b))^2", "m", "-2x*(y-m*x-b)"), ("(y-(m*x+b))^2", "m", "2x*(m*x+b-y)"), ("(y-(m*x+b))^2", "b", "-2y+2m*x+2b"),
    (M, "m", "-2/n*sum(x*(y-(m*x+b)))"), (M, "m", "2/n*sum(x*((m*x+b)-y))"), (M, "m", "mean(-2x*(y-(m*x+b)))"),
    (M, "m", "-2mean(x*y)+2m*mean(x^2)+2b*mean(x)"), (M, "m", "-2/n*(sum(x*y)-m*sum(x^2)-b*sum(x))"),
    (M, "m", "1/n*sum(2(y-(m*x+b))*d/dm (y-(m*x+b)))"), (M, "b", "-2*mean(y)+2m*mean(x)+2b"), (M, "b", "2(b+mean(m*x-y))"),
    (M, "m", "1/n*sum(2(y-(m*x+b))*(-x))"), (RSS, "b", "2n*b+2m*sum(x)-2sum(y)"), (RSS, "m", "sum(-2x*y+2m*x^2+2b*x)"),
    (HALF, "m", "-1/n*sum(x*(y-(m*x+b)))"), (HALF, "b", "mean(m*x+b-y)"), (HALF, "m", "mean((m*x+b-y)*x)"),
    (LOGISTIC, "w", "mean((sigmoid(w*x+b)-y)*x)"), (LOGISTIC, "b", "mean(1/(1+e^(-(w*x+b))))-mean(y)"),
    (LOGISTIC, "w", "-mean(y*x*(1-sigmoid(w*x+b))-(1-y)*x*sigmoid(w*x+b))"),
    ("mean(|y-m*x|)", "m", "-mean(x*sign(y-m*x))"), ("mean(|y-m*x|)", "m", "mean(x*(m*x-y)/|m*x-y|)"),
    (LOGISTIC, "w", "1/n*sum((σ(w xᵢ + b) - yᵢ) xᵢ)"),
    ("sqrt(mean((y-m*x)^2))", "m", "-mean(x*(y-m*x))/sqrt(mean((y-m*x)^2))"),
)
