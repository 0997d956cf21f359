#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>

#include "steps.h"

static PyObject *solve(PyObject *self, PyObject *arguments)
{
    double mean, eccentricity, anomaly;
    if (!PyArg_ParseTuple(arguments, "dd", &mean, &eccentricity))
        return NULL;
    anomaly = mean;
    for (int step = 0; step < STEPS; step++)
        anomaly -= (anomaly - eccentricity * sin(anomaly) - mean) / (1 - eccentricity * cos(anomaly));
    return PyFloat_FromDouble(anomaly);
}

static PyMethodDef methods[] = {{"solve", solve, METH_VARARGS, "The eccentric anomaly."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kepler", NULL, -1, methods};

PyMODINIT_FUNC PyInit__kepler(void)
{
    return PyModule_Create(&module);
}
